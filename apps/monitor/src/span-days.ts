/** More days than the ten sessions of a forecast ever take: 14, and a closing of the exchange for two weeks. */
export const SPAN_DAYS = 30;
