export const HELP = `Millrace: streams in, live answers out.

Usage: millrace serve [options]      serves the console, REST and WebSocket
       millrace sql [FILE | -e SQL]   runs SQL on a server (millrace sql --help)

Options of serve:

  --host ADDRESS       address to listen on (127.0.0.1); others than loopback need --token
  --port PORT          port to listen on (7070); 0 takes a free one
  --data DIRECTORY     where everything is kept (./millrace-data); :memory: keeps nothing
  --files DIRECTORY    where file sources may read (DIRECTORY of --data, then /files)
  --demo               create demo streams and views, fed by this machine and by generators
  --trigger WHEN       auto: micro-batches by themselves (default); manual: by POST /v1/step
  --token TOKEN        calls must carry Authorization: Bearer TOKEN
  --allow-host NAME    answer to this host name too (can be repeated)
  --body-limit SIZE    bytes of a request body at most (16 MB), such as "64 MB"
  --state-limit SIZE   bytes of state of one query at most (1 GB), such as "512 MB"
  --log LEVEL          what is logged on stderr (warn): silent, fatal, error, warn, info, debug, trace
  --config FILE        a JSON object with these names as keys, such as {"port": 8080, "demo": true}
  --help               this text

Each option has an environment variable: MILLRACE_PORT, MILLRACE_ALLOW_HOST and so on. An option wins over
its variable, a variable over the file.
`;
