import {
  type AutoscaleInfo,
  type IPrimitivePaneRenderer,
  type IPrimitivePaneView,
  type ISeriesPrimitive,
  type Logical,
  type PrimitivePaneViewZOrder,
  type SeriesAttachedParameter,
  type Time,
} from 'lightweight-charts';
import { type BandPoint, outline } from './fan-shape';

export interface DrawnBand {
  readonly points: readonly BandPoint[];
  readonly fill: string;
}

export interface DrawnLine {
  readonly points: readonly { readonly session: string; readonly price: number }[];
  readonly colour: string;
  readonly dashed?: boolean;
}

/** A price of note, drawn as a ring. */
export interface DrawnMark {
  readonly session: string;
  readonly price: number;
  readonly colour: string;
}

export interface Drawing {
  readonly bands: readonly DrawnBand[];
  readonly lines: readonly DrawnLine[];
  readonly marks: readonly DrawnMark[];
}

type Target = Parameters<IPrimitivePaneRenderer['draw']>[0];

/** Bands and lines of forecasts, drawn on the prices' own scale, which is made to reach around those in sight. */
export class BandPrimitive implements ISeriesPrimitive<Time> {
  private attachment: SeriesAttachedParameter<Time> | undefined;
  private drawing: Drawing = { bands: [], lines: [], marks: [] };
  private readonly views: IPrimitivePaneView[];

  constructor() {
    const view = (zOrder: PrimitivePaneViewZOrder, draw: (target: Target) => void): IPrimitivePaneView => ({
      zOrder: () => zOrder,
      renderer: () => ({ draw }),
    });
    // Bands lie under the bars, lines on them.
    this.views = [view('bottom', (target) => this.drawBands(target)), view('top', (target) => this.drawLines(target))];
  }

  show(drawing: Drawing): void {
    this.drawing = drawing;
    this.attachment?.requestUpdate();
  }

  attached(attachment: SeriesAttachedParameter<Time>): void {
    this.attachment = attachment;
  }

  detached(): void {
    this.attachment = undefined;
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return this.views;
  }

  autoscaleInfo(from: Logical, to: Logical): AutoscaleInfo | null {
    const scale = this.attachment?.chart.timeScale();
    if (!scale) return null;
    let minValue = Infinity;
    let maxValue = -Infinity;
    for (const { points } of this.drawing.bands) {
      for (const { session, low, high } of points) {
        const index = scale.timeToIndex(session, false);
        if (index === null || index < from || index > to) continue;
        minValue = Math.min(minValue, low);
        maxValue = Math.max(maxValue, high);
      }
    }
    return minValue > maxValue ? null : { priceRange: { minValue, maxValue } };
  }

  private readonly xOf = (session: string): number | null =>
    this.attachment?.chart.timeScale().timeToCoordinate(session) ?? null;

  private readonly yOf = (price: number): number | null => this.attachment?.series.priceToCoordinate(price) ?? null;

  private drawBands(target: Target): void {
    target.useMediaCoordinateSpace(({ context }) => {
      for (const { points, fill } of this.drawing.bands) {
        const corners = outline(points, this.xOf, this.yOf);
        context.beginPath();
        for (const [x, y] of corners) context.lineTo(x, y);
        context.closePath();
        context.fillStyle = fill;
        context.fill();
      }
    });
  }

  private drawLines(target: Target): void {
    target.useMediaCoordinateSpace(({ context }) => {
      context.lineWidth = 1.75;
      context.lineJoin = 'round';
      for (const { points, colour, dashed } of this.drawing.lines) {
        context.beginPath();
        for (const { session, price } of points) {
          const x = this.xOf(session);
          const y = this.yOf(price);
          if (x !== null && y !== null) context.lineTo(x, y);
        }
        context.setLineDash(dashed ? [4, 4] : []);
        context.strokeStyle = colour;
        context.stroke();
      }
      context.setLineDash([]);
      for (const { session, price, colour } of this.drawing.marks) {
        const x = this.xOf(session);
        const y = this.yOf(price);
        if (x === null || y === null) continue;
        context.beginPath();
        context.arc(x, y, 4, 0, 2 * Math.PI);
        context.strokeStyle = colour;
        context.stroke();
      }
    });
  }
}
