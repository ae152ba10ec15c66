import { QueryClient } from '@tanstack/react-query';
import { ApiError } from './client';
import { pollEvery } from './live';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // What is asked wrongly is not asked again; an absent monitor is.
      retry: (failures, error) =>
        failures < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
      retryDelay: (attempt) => 500 * 2 ** attempt,
      refetchInterval: pollEvery,
    },
  },
});
