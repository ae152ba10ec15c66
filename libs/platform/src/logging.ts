import { type LoggerService } from '@nestjs/common';
import { trace } from '@opentelemetry/api';
import pino, { type DestinationStream, type Logger } from 'pino';
import { type Config } from './config/config';

/**
 * JSON lines on standard output, in the field names that Cloud Logging reads; each carries the active trace, on Google Cloud also under
 * the name by which Cloud Logging ties it to Cloud Trace.
 */
export function createLogger(
  service: string,
  { logLevel, projectId, emulatorHost }: Pick<Config, 'logLevel' | 'projectId' | 'emulatorHost'>,
  destination: DestinationStream = pino.destination(1),
): Logger {
  const traceField = (traceId: string) =>
    emulatorHost === undefined
      ? { 'logging.googleapis.com/trace': `projects/${projectId}/traces/${traceId}` }
      : undefined;
  return pino(
    {
      level: logLevel,
      base: { service },
      messageKey: 'message',
      timestamp: pino.stdTimeFunctions.isoTime,
      // Tokens and keys must not reach a log, whoever logs an object that holds one.
      redact: {
        paths: ['*.authorization', '*.password', '*.token', '*.apiKey', 'authorization', 'password', 'token', 'apiKey'],
      },
      formatters: { level: (label) => ({ severity: label.toUpperCase() }) },
      mixin: () => {
        const span = trace.getActiveSpan()?.spanContext();
        return span ? { traceId: span.traceId, spanId: span.spanId, ...traceField(span.traceId) } : {};
      },
    },
    destination,
  );
}

/** Nest's own messages through our logger: its start-up chatter as debug, its complaints as they are. */
export function nestLogger(logger: Logger): LoggerService {
  const context = (parameters: unknown[]): { context?: unknown } =>
    parameters.length > 0 ? { context: parameters.at(-1) } : {};
  return {
    log: (text: unknown, ...rest: unknown[]) => logger.debug(context(rest), String(text)),
    debug: (text: unknown, ...rest: unknown[]) => logger.debug(context(rest), String(text)),
    verbose: (text: unknown, ...rest: unknown[]) => logger.trace(context(rest), String(text)),
    warn: (text: unknown, ...rest: unknown[]) => logger.warn(context(rest), String(text)),
    error: (text: unknown, ...rest: unknown[]) => logger.error(context(rest), String(text)),
    fatal: (text: unknown, ...rest: unknown[]) => logger.fatal(context(rest), String(text)),
  };
}
