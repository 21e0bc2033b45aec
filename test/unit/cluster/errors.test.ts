import assert from 'node:assert/strict';
import { hintOf } from '../../../src/cli/output/advice.js';
import fc from 'fast-check';
import { responseError } from '../../../src/cluster/classify.js';
import { maskSecrets, secretTexts } from '../../../src/cluster/mask.js';
import { isTransient, networkError } from '../../../src/cluster/network-error.js';

const subject = { verb: 'apply', what: 'VirtualMachine/gw-01', group: 'kubevirt.io', server: 'https://api.example:6443' };
const failure = (code: number, more: object): ReturnType<typeof responseError> => responseError(code, JSON.stringify({ kind: 'Status', code, ...more }), subject);

describe('cluster errors', () => {
  const cases: [name: string, code: number, body: object | string, expected: string, words: RegExp][] = [
    ['wrong credentials', 401, { reason: 'Unauthorized', message: 'Unauthorized' }, 'cluster-unauthorized', /api\.example/],
    ['RBAC', 403, { message: 'pods is forbidden: User "bob" cannot list resource "pods" in API group "" in the namespace "x"' }, 'forbidden', /User "bob" cannot list/],
    ['a quota', 403, { message: 'pods "x" is forbidden: exceeded quota: mem' }, 'admission-refused', /exceeded quota/],
    ['a webhook with 403', 403, { message: 'admission webhook "a.b" denied the request: no' }, 'admission-refused', /denied the request: no/],
    ['a webhook with 422', 422, { message: 'admission webhook "a.b" denied the request: too small' }, 'admission-refused', /too small/],
    ['an invalid object', 422, { reason: 'Invalid', message: 'VirtualMachine "gw-01" is invalid: spec: Required value' }, 'admission-refused', /Required value/],
    ['strict decoding', 400, { message: 'strict decoding error: unknown field "spec.tmplate"' }, 'admission-refused', /spec\.tmplate/],
    ['server-side apply of a wrong type', 500, { message: 'failed to create typed patch object (/x; v1): .spec.a: field not declared in schema' }, 'admission-refused', /not declared/],
    ['a type that is not served', 404, '404 page not found\n', 'no-kubevirt', /KubeVirt/],
    ['a namespace that is not there', 404, { message: 'namespaces "nope" not found', details: { name: 'nope', kind: 'namespaces' } }, 'not-found', /"nope"/],
    ['an object changed meanwhile', 409, { reason: 'Conflict', message: 'the object has been modified' }, 'conflict', /modified/],
    ['a create of what exists', 409, { reason: 'AlreadyExists', message: 'leases "x" already exists' }, 'conflict', /already exists/],
    ['a webhook that does not answer', 500, { message: 'Internal error occurred: failed calling webhook "v.kubevirt.io": connection refused' }, 'admission-refused', /calling webhook/],
    ['a page of a proxy', 502, '<html>secret-page</html>', 'no-cluster', /HTTP 502/],
  ];
  for (const [name, code, body, expected, words] of cases) {
    it(`classifies ${name} as ${expected}`, () => {
      const error = responseError(code, typeof body === 'string' ? body : JSON.stringify({ kind: 'Status', ...body }), subject);
      assert.equal(error.code, expected);
      assert.match(error.message, words);
      assert.equal(error.details['status'], code);
      assert.doesNotMatch(error.message, /html/);
    });
  }

  it('names verb, resource and docs/rbac.md when RBAC refuses', () => {
    const { details, hint } = failure(403, { message: 'x is forbidden: User "u" cannot patch resource "virtualmachines/status" in API group "kubevirt.io" in the namespace "n"' });
    assert.deepEqual({ ...details }, { status: 403, verb: 'patch', resource: 'virtualmachines/status', group: 'kubevirt.io', namespace: 'n' });
    assert.match(hint ?? '', /docs\/rbac\.md/);
  });

  it('names the fields and managers of a field conflict once each', () => {
    const error = failure(409, {
      reason: 'Conflict', message: 'Apply failed with 2 conflicts',
      details: { causes: [
        { reason: 'FieldManagerConflict', message: 'conflict with "kubectl-edit" using kubevirt.io/v1', field: '.spec.runStrategy' },
        { reason: 'FieldManagerConflict', message: 'conflict with "virt-api" with subresource "status" using kubevirt.io/v1 at 2026-01-01T00:00:00Z', field: '.spec.template' },
        { reason: 'FieldManagerConflict', message: 'conflict with "virt-api" using kubevirt.io/v1', field: '.spec.template' },
      ] },
    });
    const { code, details, message } = error;
    assert.equal(code, 'field-conflict');
    assert.deepEqual(details['fields'], ['.spec.runStrategy', '.spec.template']);
    assert.deepEqual(details['managers'], ['kubectl-edit', 'virt-api']);
    assert.match(message, /\.spec\.runStrategy.*kubectl-edit, virt-api/);
    assert.match(hintOf(error, 'edge-vm') ?? '', /--take-ownership/);
  });

  it('sends a person to the repository if a GitOps tool owns a field', () => {
    const owned = (manager: string): string | undefined => hintOf(failure(409, {
      reason: 'Conflict', message: 'Apply failed', details: { causes: [{ reason: 'FieldManagerConflict', message: `conflict with "${manager}" using kubevirt.io/v1`, field: '.spec.template' }] },
    }), 'edge-vm');
    for (const manager of ['kustomize-controller', 'helm-controller', 'argocd-controller']) assert.match(owned(manager) ?? '', new RegExp(`repository that ${manager} applies.*--take-ownership`));
    assert.doesNotMatch(owned('kubectl-edit') ?? '', /repository/);
  });

  it('distinguishes CDI from KubeVirt if a type is not served', () => {
    assert.equal(responseError(404, '', { ...subject, group: 'cdi.kubevirt.io' }).code, 'no-cdi');
    assert.equal(responseError(404, '', { ...subject, group: 'instancetype.kubevirt.io' }).code, 'no-kubevirt');
    assert.equal(responseError(404, '', { ...subject, group: 'apps' }).code, 'not-found');
  });

  for (const [name, code, body] of [
    ['a firewall\'s 403', 403, '<html><title>Access denied</title></html>'], ['a 403 without a word', 403, ''], ['a 413 of an ingress', 413, '<html>Request Entity Too Large</html>'],
    ['a 400 of a load balancer', 400, 'Bad Request'], ['a 404 page of a web server', 404, '<!DOCTYPE html><html>Not found</html>'],
    ['JSON that is no Status', 403, '{"error":"blocked by policy"}'],
  ] as const) {
    it(`does not accept ${name} as an answer of an API server`, () => {
      const error = responseError(code, body, { ...subject, group: 'kubevirt.io' });
      assert.equal(error.code, 'no-cluster');
      assert.match(error.message, /not as an API server/);
      assert.doesNotMatch(error.message, /html|denied|policy/i);
    });
  }

  it('takes a forbidden path below a wrong one in the server URL for a wrong URL', () => {
    const body = JSON.stringify({ kind: 'Status', message: 'forbidden: User "u" cannot get path "/wrong/apis"' });
    assert.equal(responseError(403, body, { ...subject, server: 'https://api.example:6443/wrong' }).code, 'no-cluster');
    assert.equal(responseError(403, body.replace('/wrong', ''), subject).code, 'forbidden');
  });

  it('says that a login page redirects, and where to, without its query', () => {
    const error = responseError(302, '<html>', subject, { location: 'https://login.corp.example/sso?token=CANARY' });
    assert.equal(error.code, 'no-cluster');
    assert.match(error.message, /redirects to https:\/\/login\.corp\.example \(HTTP 302\).*login page/);
    assert.doesNotMatch(error.message, /CANARY/);
  });

  it('gives the server and a hint for failures below HTTP', () => {
    for (const [code, hint] of [['ECONNREFUSED', /listens/], ['ENOTFOUND', /host name/], ['DEPTH_ZERO_SELF_SIGNED_CERT', /not signed by the CA/], ['CERT_HAS_EXPIRED', /expired/], ['CERT_NOT_YET_VALID', /clock of this machine is behind/], ['EPROTO', /TLS/]] as const) {
      const error = networkError(Object.assign(new Error('Authorization: Bearer abc'), { code }), subject);
      assert.equal(error.code, 'no-cluster');
      assert.match(error.message, new RegExp(`https://api\\.example:6443.*${code}`));
      assert.match(error.hint ?? '', hint);
      assert.doesNotMatch(`${error.message}${error.hint}${String(error.cause)}`, /Bearer/);
    }
    const unsigned = networkError({ code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' }, { ...subject, trusts: 'machine' });
    assert.match(unsigned.hint ?? '', /names no CA.*SSL_CERT_FILE/);
    assert.equal(isTransient({ code: 'ECONNRESET' }), true);
    assert.equal(isTransient({ errors: [{ code: 'ECONNREFUSED' }] }), false);
  });
});

describe('maskSecrets', () => {
  const secret = { kind: 'Secret', stringData: { userdata: 'SharedAccessKey=CANARYcanary0123456789' } };

  it('masks parts of a value, its base64, and values nested by mistake', () => {
    const texts = secretTexts(secret);
    const encoded = Buffer.from(secret.stringData.userdata).toString('base64');
    assert.equal(maskSecrets('near ...CANARYcanary01..., bigger', texts), 'near ...[secret]..., bigger');
    assert.equal(maskSecrets(`|${encoded.slice(4, 30)}|`, texts), '|[secret]|');
    assert.equal(maskSecrets('got map[CANARYCANARY:1234567890]', secretTexts({ kind: 'Secret', data: { a: { CANARYCANARY: '1234567890' } } })), 'got map[[secret]:[secret]]');
    assert.deepEqual(secretTexts({ kind: 'ConfigMap', data: { a: 'visible' } }), []);
  });

  it('leaves no eight characters of a secret in any message', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9+/]{8,60}$/);
    fc.assert(fc.property(word, fc.string(), fc.string(), fc.nat(), fc.nat(), (value, before, after, from, size) => {
      const start = from % (value.length - 7);
      const piece = value.slice(start, start + 8 + (size % 40));
      const shown = maskSecrets(before + piece + after, secretTexts({ kind: 'Secret', stringData: { a: value } }));
      for (let i = 0; i + 8 <= value.length; i += 1) assert.ok(!shown.includes(value.slice(i, i + 8)));
    }), { numRuns: 2000 });
  });
});
