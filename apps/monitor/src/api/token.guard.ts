import {
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  Inject,
  UnauthorizedException,
} from '@nestjs/common';
import { createHash, timingSafeEqual } from 'node:crypto';
import { type IncomingMessage, type ServerResponse } from 'node:http';

/** Under which the token is provided; undefined: nothing acts. */
export const API_TOKEN = Symbol('api-token');

const OFF =
  'actions are switched off here: set CLOSING_BELL_API_TOKEN, at least 16 characters, for the monitor, and send it as `Authorization: Bearer`';
const WRONG = 'the token is missing or wrong: send CLOSING_BELL_API_TOKEN of the monitor as `Authorization: Bearer`';

/** Lets those act who have the token: 403 where actions are off, 401 where it is missing or wrong. */
export class TokenGuard implements CanActivate {
  constructor(@Inject(API_TOKEN) private readonly token: string | undefined) {}

  canActivate(context: ExecutionContext): boolean {
    if (this.token === undefined) throw new ForbiddenException(OFF);
    const http = context.switchToHttp();
    const given = /^Bearer (\S+)$/i.exec(http.getRequest<IncomingMessage>().headers.authorization ?? '')?.[1];
    if (given !== undefined && isSame(given, this.token)) return true;
    http.getResponse<ServerResponse>().setHeader('WWW-Authenticate', 'Bearer');
    throw new UnauthorizedException(WRONG);
  }
}

/** In a time that tells nothing of where they differ: hashes are of one length. */
function isSame(given: string, token: string): boolean {
  const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hashOf(given), hashOf(token));
}
