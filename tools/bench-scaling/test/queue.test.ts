import { type Held, Queue } from '../queue';

const messageOf = (key: string, topic: string) => ({ topic, key, ofAlarm: false });
const topicOf = (held: Held): string => held.message.topic;

describe('Queue', () => {
  it('hands out the messages of a key one at a time and in order, and other keys meanwhile', () => {
    const queue = new Queue(true);
    for (const [key, topic] of [
      ['a', 'a1'],
      ['a', 'a2'],
      ['b', 'b1'],
    ] as const)
      queue.publish(messageOf(key, topic), 0);
    const first = queue.take();
    expect(topicOf(first)).toBe('a1');
    expect(topicOf(queue.take())).toBe('b1');
    expect(queue.available).toBe(false);
    expect(() => queue.take()).toThrow('no message of this queue may be handled now');
    queue.acknowledge(first);
    expect(topicOf(queue.take())).toBe('a2');
  });

  it('hands out what was given back before what follows in its key', () => {
    const queue = new Queue(true);
    queue.publish(messageOf('a', 'a1'), 0);
    queue.publish(messageOf('a', 'a2'), 0);
    queue.giveBack(queue.take());
    expect(topicOf(queue.take())).toBe('a1');
  });

  it('lets messages of a key overlap where the subscription keeps no order', () => {
    const queue = new Queue(false);
    queue.publish(messageOf('a', 'a1'), 0);
    queue.publish(messageOf('a', 'a2'), 0);
    expect([queue.take(), queue.take()].map(topicOf)).toEqual(['a1', 'a2']);
  });

  it('counts what is in work, and the age of the oldest', () => {
    const queue = new Queue(true);
    queue.publish(messageOf('a', 'a1'), 10);
    queue.publish(messageOf('b', 'b1'), 30);
    const first = queue.take();
    expect([queue.backlog, queue.ageAt(40)]).toEqual([2, 30]);
    queue.acknowledge(first);
    expect([queue.backlog, queue.ageAt(40)]).toEqual([1, 10]);
    queue.acknowledge(queue.take());
    expect([queue.backlog, queue.ageAt(40)]).toEqual([0, 0]);
  });
});
