import { type Head, type HeadName } from './head';
import { quantilesHead } from './quantiles';
import { meanHead, priceHead } from './squared-error';
import { studentTHead } from './student-t';

const HEADS: Readonly<Record<HeadName, Head>> = {
  'student-t': studentTHead,
  quantiles: quantilesHead,
  mean: meanHead,
  price: priceHead,
};

export function headOf(name: HeadName): Head {
  return HEADS[name];
}
