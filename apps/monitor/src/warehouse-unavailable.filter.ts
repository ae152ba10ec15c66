import { WarehouseUnavailableError } from '@closing-bell/warehouse';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpStatus } from '@nestjs/common';

/** What is used of an answer of HTTP. */
interface Answer {
  status(code: number): Answer;
  json(body: object): void;
}

/** A warehouse that is away is no fault of the API's: 503, with what happened and what to do. */
@Catch(WarehouseUnavailableError)
export class WarehouseUnavailableFilter implements ExceptionFilter<WarehouseUnavailableError> {
  catch({ message }: WarehouseUnavailableError, host: ArgumentsHost): void {
    const statusCode = HttpStatus.SERVICE_UNAVAILABLE;
    host
      .switchToHttp()
      .getResponse<Answer>()
      .status(statusCode)
      .json({ statusCode, error: 'Service Unavailable', message });
  }
}
