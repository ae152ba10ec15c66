import { stopRequests } from '@closing-bell/stop-request';
import { runService } from '@closing-bell/platform';
import { featureServiceModule } from './feature-service.module';

void runService({ name: 'feature-service', module: featureServiceModule }, stopRequests);
