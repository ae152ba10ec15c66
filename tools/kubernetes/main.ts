/**
 * Writes the manifests of Kubernetes and Config Connector and the script for Google's resources, from the code that defines them. With
 * `--check` it writes nothing and fails where a file differs.
 */
import { settle } from '../docs/derived-files';
import { manifests } from './manifests';

settle({ files: manifests(), verb: 'manifests' }, process.argv);
