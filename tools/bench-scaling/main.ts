/** Simulates the scaling. */
import { measureServiceTimes } from './measurement';
import { writeServiceTimes } from './service-times';

measureServiceTimes(process.argv[2] ?? '').then(writeServiceTimes, (error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
