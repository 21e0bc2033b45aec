import type { Report } from '../spec/validate/report.js';
import type { ManifestFindings, Reporter } from './types.js';

/** Fills the findings. */
export function reporterOf(findings: ManifestFindings): Reporter {
  return { problem: (problem) => void findings.problems.push(problem), warn: (problem) => void findings.warnings.push(problem) };
}

/** For checks of declared fields: edgeAgent and edgeHub ignore a field that they do not know, so it is only a warning. */
export function fieldsTo(reporter: Reporter): Report {
  return (problem) => {
    if (problem.kind === 'unknown-field') reporter.warn(problem);
    else reporter.problem(problem);
  };
}
