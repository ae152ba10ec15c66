import { IsInt, IsNotEmpty, IsOptional, IsString, MaxLength, Min } from 'class-validator';
import { defineContract } from '../contract';
import { IsExchange, IsInstant, IsSessionDay } from '../rules';

/** The longest account of an error, in bytes of UTF-8. */
export const MOST_ERROR_BYTES = 500;

/** The handling of a message failed and will be tried again. Says what happened while processing; nothing is decided on it. */
export class AttemptFailed {
  @IsOptional()
  @IsExchange()
  exchange?: string;

  /** What the message was about: a symbol or an exchange. */
  @IsString()
  @IsNotEmpty()
  @MaxLength(100)
  subject!: string;

  /** Where the message says one. */
  @IsOptional()
  @IsSessionDay()
  session?: string;

  /** The subscription that delivered it. */
  @IsString()
  @IsNotEmpty()
  @MaxLength(100)
  subscription!: string;

  /** CloudEvents id of the message. */
  @IsString()
  @IsNotEmpty()
  @MaxLength(100)
  messageId!: string;

  /** Which delivery it was, from 1. */
  @IsInt()
  @Min(1)
  attempt!: number;

  /** What failed, in one line. */
  @IsString()
  @MaxLength(MOST_ERROR_BYTES)
  error!: string;

  /** When the handling began, RFC 3339 in UTC. */
  @IsInstant()
  startedAt!: string;

  /** When it failed, RFC 3339 in UTC. */
  @IsInstant()
  failedAt!: string;
}

export const attemptFailed = defineContract({
  name: 'attempt-failed',
  version: 1,
  payload: AttemptFailed,
  subject: (message) => message.subject,
  description: 'The handling of a message failed and will be tried again.',
});
