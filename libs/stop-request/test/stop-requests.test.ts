import { EventEmitter } from 'node:events';
import { StopRequests } from '../src';

describe('requests to stop', () => {
  it('that come before anybody can follow them are kept, and told in order', () => {
    const process = new EventEmitter();
    const requests = new StopRequests(process);
    const followed: string[] = [];
    process.emit('SIGTERM');
    process.emit('disconnect');
    requests.onRequest((reason) => followed.push(reason));
    expect(followed).toEqual(['SIGTERM', 'disconnect']);
    process.emit('SIGINT');
    expect(followed).toEqual(['SIGTERM', 'disconnect', 'SIGINT']);
  });
});
