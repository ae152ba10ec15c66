import { localInMemory } from './local-servers';
import { suite } from './suite';

suite(localInMemory);
