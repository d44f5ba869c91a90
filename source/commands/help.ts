import type {Command} from 'commander';

/** `muster get`, or `muster` for the program itself. */
export function commandName(command: Command): string {
	return command.name() === 'muster' ? 'muster' : `muster ${command.name()}`;
}

const statuses = `
Exit status:
  0  every wanted file is here and verified
  1  at least one file failed
  2  wrong usage, an unreadable manifest or configuration; nothing was changed
  3  done, but some wanted files are missing or ambiguous (--allow-missing makes it 0)
  4  no credentials, or expired or refused ones
  5  the output folder can't be written or the disk is full
  130, 143, 129  interrupted; the state is saved and muster resume goes on`;

export const programText = `
With no command muster opens its wizard in the terminal.

Examples:
  muster
  muster get s3://lake/sessions --csv takes.csv --to /data/takes
  muster get --actors actorsData.json --preset aggressive
  muster demo
${statuses}`;

export const getText = `
Where there is no terminal, --yes is needed: without it get prints the roll call and ends with
status 2. --config FILE takes the same settings from YAML or JSON, under the long names without
dashes; paths in it start at the file's folder, and an option on the command line wins.

Examples:
  muster get s3://lake/sessions/2025 --to /data/2025
  muster get s3://lake/sessions --csv takes.csv --column take_id --group-by singer --layout groups
  muster get --actors data/actorsData.json --preset aggressive --yes
  cut -f1 wanted.tsv | muster get s3://lake/raw --keys - --to raw --yes --json
${statuses}`;

export const checkText = `
Nothing is downloaded and nothing on disk is changed. Up to 20 missing names are listed with the
nearest keys, and 20 ambiguous ones with their candidates; --verbose lists all.

Examples:
  muster check s3://lake/sessions --csv takes.csv
  muster check s3://lake/sessions --csv takes.csv --match loose --json
${statuses}`;

export const resumeText = `
Nothing that was finished is fetched again. A job whose keys were given as options asks for them
anew: they are kept nowhere.

Examples:
  muster resume
  muster resume 12 --plain`;

export const verifyText = `
Ends with status 1 when a file is damaged, was changed or is gone.

Example:
  muster verify /data/takes`;

export const loginText = `
Shows an address and a code: open the address on any device, see that it shows the same code, and
approve. The sign-in is kept where the AWS CLI keeps it (~/.aws/sso/cache), so aws, boto3 and every
SDK are signed in too; one that another program finishes meanwhile counts as well. A sign-in that
lives still is kept. A browser is opened only on a desktop, never over SSH.

Ends with status 4 when the sign-in is refused or fails, 2 when the profile does not sign in.

Examples:
  muster login
  muster login train-sso
  muster login train-sso --force --no-browser`;

export const doctorText = `
With SOURCE a listing and the first byte of an object are tried, each for itself. Where one is
denied, the IAM policy that would grant it is printed, for that very bucket and prefix.

Examples:
  muster doctor
  muster doctor s3://lake/sessions --profile train --to /data/takes
  muster doctor s3://lake/sessions --policy`;

export const demoText = `
In a terminal the wizard opens on the sandbox. With no terminal an actor job and a CSV job run in
plain lines. Nothing leaves this machine. With --expire-after 5s the sign-in ends in the middle of the
download, and can be renewed: the code approves itself after a while, or at its address.`;
