import { localDurable } from './local-servers';
import { suite } from './suite';

suite(localDurable);
