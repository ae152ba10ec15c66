import { PermanentError } from '@closing-bell/contracts';
import { StorageUnavailableError } from '@closing-bell/storage';
import { WarehouseUnavailableError } from '@closing-bell/warehouse';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpStatus } from '@nestjs/common';
import { type Failure } from './answers';

/** What is used of an answer of HTTP. */
interface Answer {
  status(code: number): Answer;
  json(body: Failure): void;
}

/**
 * A warehouse or object store that is away is no fault of the API's: 503, with what happened and what to do. An object that is not there
 * is 404; one that is damaged 500. All say so, as what they say was written for people.
 */
@Catch(WarehouseUnavailableError, StorageUnavailableError, PermanentError)
export class AwayFilter implements ExceptionFilter<Error> {
  catch(error: Error, host: ArgumentsHost): void {
    const [statusCode, name] = statusOf(error);
    host
      .switchToHttp()
      .getResponse<Answer>()
      .status(statusCode)
      .json({ statusCode, error: name, message: error.message });
  }
}

function statusOf(error: Error): [number, string] {
  if (!(error instanceof PermanentError)) return [HttpStatus.SERVICE_UNAVAILABLE, 'Service Unavailable'];
  return error.reason === 'missing-object'
    ? [HttpStatus.NOT_FOUND, 'Not Found']
    : [HttpStatus.INTERNAL_SERVER_ERROR, 'Internal Server Error'];
}
