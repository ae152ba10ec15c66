import { stopRequests } from '@closing-bell/stop-request';
import { runService } from '@closing-bell/platform';
import { trainerModule } from './trainer.module';

void runService({ name: 'trainer', module: trainerModule }, stopRequests);
