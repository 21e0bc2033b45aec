// Loaded into `edge-vm apply`: writes each of its changing requests to BENCH_RECORD, one JSON text a line, so that others can send the same.
'use strict';
const { appendFileSync } = require('node:fs');
const https = require('node:https');

const send = https.request;
https.request = function (options, ...rest) {
  const request = send.call(this, options, ...rest);
  const { method, path, host, port, headers = {} } = options;
  if (method === 'GET' || `${host}:${port}` !== process.env.BENCH_SERVER || /dryRun=|\/selfsubject/.test(path)) return request;
  const end = request.end;
  request.end = function (body, ...more) {
    appendFileSync(process.env.BENCH_RECORD, `${JSON.stringify({ method, path, contentType: headers['Content-Type'], accept: headers.Accept, body })}\n`);
    return end.call(this, body, ...more);
  };
  return request;
};
