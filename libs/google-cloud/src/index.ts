export { type AttemptLimits, withAttempts } from './attempts';
export {
  codeOf,
  isRateLimited,
  lacksCredentials,
  NO_CREDENTIALS_ADVICE,
  passes,
  reasonsOf,
  statusOf,
  withoutSecrets,
} from './client-error';
