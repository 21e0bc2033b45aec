/** Number of cases of a property: the usual number, times EDGE_VM_PROPERTY_TIMES if that is set (`10` for a long run). */
export function propertyRuns(usual: number): number {
  return Math.ceil(usual * Number(process.env['EDGE_VM_PROPERTY_TIMES'] ?? 1));
}
