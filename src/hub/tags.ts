import type { TagChange } from './types.js';

/** Whether there is a tag to write or to remove. */
export function changesTags({ tags = {}, removedTags = [] }: TagChange): boolean {
  return Object.keys(tags).length + removedTags.length > 0;
}
