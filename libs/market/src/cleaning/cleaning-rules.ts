import { type CleaningRule } from './cleaning';
import { largeMove, unadjustedSplit, untradedLevel } from './level-rules';
import { closeOutOfRange, impossiblePrice, openMissing, openOutOfRange } from './price-rules';
import { beforeCalendar, closedDay, duplicateRow, incompleteRow, missingSessions, noRows, unsorted } from './row-rules';
import { notPublished, unfinishedBar } from './timeliness-rules';
import { volumeMissing } from './volume-rules';

/**
 * All rules, in the order in which they are applied: first which rows there are, then each row by itself, then rows against each other.
 * Splits come before jumps, which they explain; whether the last bar is there and final comes last, so that a source which cannot be
 * repaired is refused and not waited for.
 */
export const CLEANING_RULES: readonly CleaningRule[] = [
  noRows,
  unsorted,
  duplicateRow,
  incompleteRow,
  beforeCalendar,
  closedDay,
  missingSessions,
  impossiblePrice,
  closeOutOfRange,
  openMissing,
  openOutOfRange,
  volumeMissing,
  unadjustedSplit,
  untradedLevel,
  largeMove,
  notPublished,
  unfinishedBar,
];
