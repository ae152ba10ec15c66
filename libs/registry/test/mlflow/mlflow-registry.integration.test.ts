import { describeRegistry } from '../registry-conformance';
import { describeOnMlflow, registryOn } from './real-mlflow';

describeOnMlflow('on a real MLflow server', (mlflow) => {
  describeRegistry('MLflow', () => registryOn(mlflow.url), {
    'one version for racing writers of one decision':
      'MLflow has no create-if-absent; trainers of one symbol take turns by its ordering key, and of two versions the older one counts',
  });
});
