export { type AttemptLimits, withAttempts } from './attempts';
export { codeOf, isRateLimited, lacksCredentials, passes, reasonsOf, statusOf, withoutSecrets } from './client-error';
