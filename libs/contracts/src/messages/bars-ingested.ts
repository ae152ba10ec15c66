import { Type } from 'class-transformer';
import { IsBoolean, IsDefined, IsInt, IsNotEmpty, IsString, MaxLength, Min, ValidateNested } from 'class-validator';
import { defineContract } from '../contract';
import { IsSessionDay } from '../rules';
import { Reference } from './reference';
import { SymbolSession } from './symbol-session';

/** Checked and cleaned bars of a symbol, up to and including the session, are stored. */
export class BarsIngested extends SymbolSession {
  /** The snapshot's manifest. */
  @IsDefined()
  @ValidateNested()
  @Type(() => Reference)
  bars!: Reference;

  /** Market-data source, such as `sample`, `csv` or `yahoo`. */
  @IsString()
  @IsNotEmpty()
  @MaxLength(40)
  source!: string;

  @IsInt()
  @Min(1)
  rows!: number;

  @IsSessionDay()
  firstSession!: string;

  /** How many rows a cleaning rule repaired; the snapshot names each. */
  @IsInt()
  @Min(0)
  repairs!: number;

  /** Whether bars of earlier sessions differ from what the previous session's snapshot held. */
  @IsBoolean()
  revised!: boolean;
}

export const barsIngested = defineContract({
  name: 'bars-ingested',
  version: 1,
  payload: BarsIngested,
  subject: (message) => message.symbol,
  description: 'Checked bars up to the session are stored as an immutable snapshot.',
});
