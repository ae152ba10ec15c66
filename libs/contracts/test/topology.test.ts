import { allSubscriptions, attemptFailed, contracts, DEAD_LETTER_TOPIC, publications, SERVICES, topics } from '../src';

describe('the topology', () => {
  it('gives each topic one name and each subscription one name', () => {
    expect(new Set(topics).size).toBe(topics.length);
    const names = allSubscriptions.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('subscribes only to topics that exist', () => {
    for (const { topic } of allSubscriptions) expect(topics).toContain(topic);
  });

  it('lets the monitor hear every topic', () => {
    const heard = allSubscriptions.filter(({ service }) => service === 'monitor').map(({ topic }) => topic);
    expect([...heard].sort()).toEqual([...topics].sort());
  });

  it('has a publisher for every topic but the dead letters', () => {
    const published = SERVICES.flatMap((service) => publications[service].map(({ name }) => name));
    expect([...new Set(published), DEAD_LETTER_TOPIC].sort()).toEqual([...topics].sort());
  });

  it('lets the monitor announce no failed attempts, which would fail as its other messages do', () => {
    const announcing = SERVICES.filter((service) => publications[service].includes(attemptFailed));
    expect(announcing).toEqual(['ingestor', 'feature-service', 'trainer', 'predictor']);
  });

  it('keeps to Pub/Sub’s limits on deadlines, attempts and back-off', () => {
    for (const { ackDeadlineSeconds, maxDeliveryAttempts, retry, maxLeaseSeconds } of allSubscriptions) {
      expect(ackDeadlineSeconds).toBeGreaterThanOrEqual(10);
      expect(ackDeadlineSeconds).toBeLessThanOrEqual(600);
      if (maxDeliveryAttempts !== undefined) {
        expect(maxDeliveryAttempts).toBeGreaterThanOrEqual(5);
        expect(maxDeliveryAttempts).toBeLessThanOrEqual(100);
      }
      expect(retry.maximumBackoffSeconds).toBeLessThanOrEqual(600);
      expect(retry.minimumBackoffSeconds).toBeLessThanOrEqual(retry.maximumBackoffSeconds);
      expect(maxLeaseSeconds).toBeGreaterThanOrEqual(ackDeadlineSeconds);
    }
  });

  it('gives up on a message everywhere except in the dead letters, which have nowhere else to go', () => {
    for (const { topic, maxDeliveryAttempts } of allSubscriptions) {
      expect(maxDeliveryAttempts === undefined).toBe(topic === DEAD_LETTER_TOPIC);
    }
  });

  it('orders every subscription but those a scheduler without a key publishes to, failed attempts and the dead letters', () => {
    const unordered = allSubscriptions.filter(({ ordered }) => !ordered).map(({ name }) => name);
    expect(unordered).toEqual([
      'ingestor.market-closed',
      'monitor.market-closed',
      'monitor.attempt-failed',
      'monitor.dead-letters',
    ]);
  });

  it('derives each contract’s CloudEvents type from its name and version', () => {
    for (const { type, name, version } of contracts) expect(type).toBe(`closing-bell.${name}.v${version}`);
  });
});
