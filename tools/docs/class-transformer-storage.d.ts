/** The package keeps this module out of its types; the schema generator needs it to see the classes of nested members. */
declare module 'class-transformer/cjs/storage' {
  import { type MetadataStorage } from 'class-transformer/types/MetadataStorage';
  export const defaultMetadataStorage: MetadataStorage;
}
