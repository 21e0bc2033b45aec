/** Cases of a property: the usual number, times EDGE_VM_PROPERTY_TIMES where that is set (`10` for a long look). */
export function propertyRuns(usual: number): number {
  return Math.ceil(usual * Number(process.env['EDGE_VM_PROPERTY_TIMES'] ?? 1));
}
