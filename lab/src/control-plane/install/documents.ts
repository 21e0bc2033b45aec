import { EdgeVmError } from 'edge-vm';
import { loadAll } from 'js-yaml';
import { ApiError, type Api } from '../api.js';
import type { ApiObject } from '../resources.js';
import { waitFor } from '../wait.js';

type TypeDefinition = ApiObject & { status?: { conditions?: { type: string; status: string }[] } };

/**
 * Server-side apply of a stream of YAML documents, as programs of the upstream projects print them. It applies them one
 * after the other, as kubectl does. After a type it waits until the type is served, also before it returns.
 */
export async function applyDocuments(api: Api, yaml: string, signal?: AbortSignal): Promise<void> {
  let defined: ApiObject[] = [];
  for (const object of loadAll(yaml) as (ApiObject | null | undefined)[]) {
    // A stream may begin or end with an empty document.
    if (object === null || object === undefined) continue;
    if (object.kind !== 'CustomResourceDefinition') {
      await served(api, defined, signal);
      defined = [];
    }
    await apply(api, object, signal);
    if (object.kind === 'CustomResourceDefinition') defined.push(object);
  }
  await served(api, defined, signal);
}

async function apply(api: Api, object: ApiObject, signal?: AbortSignal): Promise<void> {
  const what = `${object.kind} ${object.metadata.name} to be applied`;
  await waitFor(async () => {
    try {
      return await api.apply(object, { signal });
    } catch (error) {
      // A fault of the object does not go away; a busy server or a cut connection does.
      if (error instanceof ApiError && error.status !== 429 && error.status < 500) throw new EdgeVmError('unexpected', `${object.kind} ${object.metadata.name} cannot be applied`, { cause: error });
      throw error;
    }
  }, { what, timeout: 30_000, signal });
}

async function served(api: Api, definitions: readonly ApiObject[], signal?: AbortSignal): Promise<void> {
  for (const { metadata } of definitions) {
    await waitFor(async () => {
      const found = await api.get<TypeDefinition>(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${metadata.name}`, { signal });
      return found?.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True') || undefined;
    }, { what: `type ${metadata.name} to be served`, timeout: 30_000, signal });
  }
}
