import { type Behavior, HorizontalAutoscaler, podsFor } from '../autoscaler';

const FREE: Behavior = {
  scaleUp: { stabilizationWindowSeconds: 0, policies: [{ type: 'Pods', value: 1000, periodSeconds: 15 }] },
  scaleDown: { stabilizationWindowSeconds: 0, policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] },
};

describe('podsFor', () => {
  it.each([
    [500, 100, 1, 5],
    [501, 100, 1, 6],
    [0, 100, 3, 0],
    // What is within 10 % of the target of five pods is left alone.
    [545, 100, 5, 5],
    [560, 100, 5, 6],
    [455, 100, 5, 5],
    [400, 100, 5, 4],
  ])('answers %d messages at %d a pod and %d pods with %d', (value, target, current, pods) => {
    expect(podsFor({ value, target }, current)).toBe(pods);
  });
});

describe('HorizontalAutoscaler', () => {
  it('hears the measure that asks for most, within its limits', () => {
    const readings = [
      { value: 300, target: 100 },
      { value: 900, target: 120 },
    ];
    expect(new HorizontalAutoscaler(1, 20, FREE).decide(0, 1, readings)).toBe(8);
    expect(new HorizontalAutoscaler(1, 6, FREE).decide(0, 1, readings)).toBe(6);
    expect(new HorizontalAutoscaler(2, 6, FREE).decide(0, 4, [{ value: 0, target: 100 }])).toBe(2);
  });

  it('adds in a period no more than the more generous of its policies allows', () => {
    const autoscaler = new HorizontalAutoscaler(1, 100, {
      ...FREE,
      scaleUp: {
        stabilizationWindowSeconds: 0,
        policies: [
          { type: 'Pods', value: 4, periodSeconds: 15 },
          { type: 'Percent', value: 100, periodSeconds: 15 },
        ],
      },
    });
    const much = [{ value: 10_000, target: 100 }];
    expect(autoscaler.decide(0, 1, much)).toBe(5);
    expect(autoscaler.decide(5, 5, much)).toBe(5);
    expect(autoscaler.decide(15, 5, much)).toBe(10);
    expect(autoscaler.decide(30, 10, much)).toBe(20);
  });

  it('takes pods away only when all of the stabilisation window agrees', () => {
    const autoscaler = new HorizontalAutoscaler(1, 10, {
      ...FREE,
      scaleDown: { ...FREE.scaleDown, stabilizationWindowSeconds: 180 },
    });
    const ask = (now: number, current: number, value: number) =>
      autoscaler.decide(now, current, [{ value, target: 100 }]);
    expect(ask(0, 1, 800)).toBe(8);
    expect(ask(60, 8, 300)).toBe(8);
    expect(ask(180, 8, 100)).toBe(8);
    expect(ask(181, 8, 100)).toBe(3);
    expect(ask(361, 3, 100)).toBe(1);
  });
});
