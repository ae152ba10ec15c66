import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsBoolean, IsOptional } from 'class-validator';
import { defineContract } from '../contract';
import { IsExchange, IsSearchTrials, IsSessionDay, IsSymbol } from '../rules';

/** An exchange has closed. Starts a cascade for each symbol. */
export class MarketClosed {
  @IsExchange()
  exchange!: string;

  /** The session that closed. A scheduler, whose message is static, leaves it out: the time of publication and the exchange's calendar then say which. */
  @IsOptional()
  @IsSessionDay()
  session?: string;

  /** The symbols to run; all configured ones when left out. */
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(5000)
  @ArrayUnique()
  @IsSymbol({ each: true })
  symbols?: string[];

  /** Retrain whether or not there is a reason. */
  @IsOptional()
  @IsBoolean()
  forceRetrain?: boolean;

  /** Trials of a search for better options before a forced retraining; none when left out. */
  @IsSearchTrials()
  searchTrials?: number;
}

export const marketClosed = defineContract({
  name: 'market-closed',
  version: 1,
  payload: MarketClosed,
  subject: (message) => message.exchange,
  description: 'An exchange has closed: the start of every cascade.',
});
