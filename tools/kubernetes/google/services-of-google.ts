/** The services of Google that must be enabled in the project. */
export const SERVICES_OF_GOOGLE = [
  'artifactregistry.googleapis.com',
  'bigquery.googleapis.com',
  'bigquerystorage.googleapis.com',
  'cloudbuild.googleapis.com',
  'cloudscheduler.googleapis.com',
  'container.googleapis.com',
  'monitoring.googleapis.com',
  'pubsub.googleapis.com',
  'secretmanager.googleapis.com',
  'storage.googleapis.com',
] as const;
