import { IsBoolean } from 'class-validator';
import { IsExchange, IsSearchTrials, IsSessionDay, IsSymbol } from '../rules';

/** What every message after the fan-out is about: one symbol at one session's close. */
export abstract class SymbolSession {
  @IsExchange()
  exchange!: string;

  @IsSymbol()
  symbol!: string;

  /** The session that closed, YYYY-MM-DD: nothing downstream may know a later bar. */
  @IsSessionDay()
  session!: string;

  /** Whether this cascade retrains whatever the policy says. */
  @IsBoolean()
  forceRetrain!: boolean;

  /** Trials of a search for better options before a forced retraining; none when left out. */
  @IsSearchTrials()
  searchTrials?: number;
}

/** What a message is about, for the message that follows from it. */
export function aboutOf({ exchange, symbol, session, forceRetrain, searchTrials }: SymbolSession): SymbolSession {
  return { exchange, symbol, session, forceRetrain, ...(searchTrials === undefined ? {} : { searchTrials }) };
}
