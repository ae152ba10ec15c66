import { runService } from '@closing-bell/platform';
import { monitorModule } from './monitor.module';

void runService({ name: 'monitor', module: monitorModule });
