/** Imported first: chalk decides about colours while it loads. React stays in development mode, for its warnings. */
process.env['FORCE_COLOR'] = '1';
