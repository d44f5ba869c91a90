import {motoServer, s3rverServer, sandboxServer} from '../../contracts/s3-servers.ts';
import {storeContract} from '../../contracts/store.ts';

storeContract('our sandbox', sandboxServer);
storeContract('s3rver', s3rverServer);
storeContract('moto', motoServer);
