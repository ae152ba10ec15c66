import { newClaim } from '../../src/file/claim';

process.stdout.write(newClaim());
