import { defineContract } from '../contract';
import { SymbolSession } from './symbol-session';

/** The bars of one symbol up to one session are wanted. */
export class IngestionRequested extends SymbolSession {}

export const ingestionRequested = defineContract({
  name: 'ingestion-requested',
  version: 1,
  payload: IngestionRequested,
  subject: (message) => message.symbol,
  description: 'One symbol of a close is to be ingested: the fan-out.',
});
