// Written by proxy-mcp, and loaded by programs that it starts: a Node.js that does not heed HTTP_PROXY and HTTPS_PROXY by itself goes
// through the proxy all the same. It touches agents of http and https, and fetch; certificates are verified as ever.
'use strict';
(function () {
  const env = process.env;
  // Whoever takes this variable away wants no proxy. Where Node.js has the option of that name, it heeds the variable itself.
  if (env.NODE_USE_ENV_PROXY !== '1' || process.allowedNodeEnvironmentFlags.has('--use-env-proxy')) {
    return;
  }
  const http = require('http'), https = require('https'), net = require('net'), stream = require('stream'), tls = require('tls');

  function proxyUrl(names) {
    for (const name of names) {
      if (env[name]) {
        try {
          const url = new URL(env[name]);
          return url.protocol === 'http:' ? url : undefined;
        } catch (notAnUrl) {
          return undefined;
        }
      }
    }
    return undefined;
  }
  const proxies = {
    'http:': proxyUrl(['http_proxy', 'HTTP_PROXY']),
    'https:': proxyUrl(['https_proxy', 'HTTPS_PROXY']),
  };
  const direct = (env.no_proxy || env.NO_PROXY || '').toLowerCase().split(/[\s,]+/).filter(Boolean);

  function bare(host) {
    return String(host).toLowerCase().replace(/^\[(.*)\]$/, '$1');
  }

  function proxyFor(protocol, host, port) {
    const name = bare(host);
    for (const entry of direct) {
      const parts = /^(.*?)(?::(\d+))?$/.exec(net.isIP(bare(entry)) ? bare(entry) : entry);
      const whole = net.isIP(bare(entry)) ? bare(entry) : bare(parts[1]).replace(/^\*?\./, '');
      const portFits = net.isIP(bare(entry)) || !parts[2] || Number(parts[2]) === Number(port);
      if (entry === '*' || portFits && (name === whole || name.endsWith('.' + whole))) {
        return undefined;
      }
    }
    const proxy = proxies[protocol];
    // What a program sends to the proxy by itself, as some packages do, goes there once.
    return proxy && bare(proxy.hostname) === name && Number(proxy.port || 80) === Number(port) ? undefined : proxy;
  }

  // Calls back, later, with a socket that the proxy has connected to host and port. Returns that socket, which is of no use before.
  function tunnel(proxy, host, port, callback) {
    const name = bare(host), authority = (net.isIPv6(name) ? '[' + name + ']' : name) + ':' + port;
    const headers = {host: authority};
    if (proxy.username) {
      headers['proxy-authorization'] = 'Basic '
          + Buffer.from(decodeURIComponent(proxy.username) + ':' + decodeURIComponent(proxy.password)).toString('base64');
    }
    const connection = net.connect({host: bare(proxy.hostname), port: Number(proxy.port) || 80});
    let over = false, request;
    function done(error, socket) {
      if (!over) {
        over = true;
        callback(error, socket);
      }
    }
    try {
      // With a connection of its own and no agent, this request does not come by here again.
      request = http.request({method: 'CONNECT', path: authority, headers, createConnection: () => connection});
    } catch (badHost) {
      connection.destroy();
      process.nextTick(done, badHost);
      return connection;
    }
    request.once('error', done);
    request.once('connect', (response, socket, head) => {
      if (response.statusCode !== 200) {
        socket.destroy();
        done(new Error('the proxy answered CONNECT ' + authority + ' with ' + response.statusCode));
        return;
      }
      if (head.length > 0) {
        socket.unshift(head);
      }
      done(null, socket);
    });
    request.once('response', response => {
      connection.destroy();
      done(new Error('the proxy answered CONNECT ' + authority + ' with ' + response.statusCode));
    });
    request.end();
    return connection;
  }

  const facts = ['remoteAddress', 'remotePort', 'remoteFamily', 'localAddress', 'localPort'];

  // Gives a stream that ends in connection what a socket has of the system.
  function likeSocket(socket, connection) {
    for (const name of ['ref', 'unref', 'setNoDelay', 'setKeepAlive']) {
      socket[name] = function () {
        connection[name].apply(connection, arguments);
        return socket;
      };
    }
    for (const name of facts) {
      Object.defineProperty(socket, name, {get: () => connection[name], enumerable: true, configurable: true});
    }
  }

  // A stream that stands for connection from now on, and holds what is written until open is called. Errors go to fail.
  function ahead(connection, fail) {
    let held, isOpen = false, ended = false;
    function whenOpen(action) {
      if (isOpen) {
        action();
      } else {
        held = action; // A stream writes one piece at a time.
      }
    }
    const socket = new stream.Duplex({
      allowHalfOpen: false,
      read() {
        if (isOpen) {
          connection.resume();
        }
      },
      write(chunk, encoding, callback) {
        whenOpen(() => connection.write(chunk, callback));
      },
      final(callback) {
        whenOpen(() => {
          if (connection.writable) {
            connection.end(() => callback());
          } else {
            callback();
          }
        });
      },
      destroy(error, callback) {
        connection.destroy();
        callback(error);
      },
    });
    likeSocket(socket, connection);
    socket.connecting = true;
    socket.setTimeout = function (millis, listener) {
      socket.timeout = millis;
      connection.setTimeout(millis);
      if (typeof listener === 'function') {
        socket[millis > 0 ? 'once' : 'removeListener']('timeout', listener);
      }
      return socket;
    };
    connection.on('timeout', () => socket.emit('timeout'));
    function open() {
      isOpen = true;
      connection.on('error', fail);
      connection.on('data', chunk => {
        if (!socket.push(chunk)) {
          connection.pause();
        }
      });
      connection.once('end', () => {
        ended = true;
        socket.push(null);
      });
      connection.once('close', () => {
        if (!ended) {
          socket.destroy();
        }
      });
      socket.connecting = false;
      socket.emit('connect');
      socket.emit('ready');
      if (held) {
        held();
      }
    }
    return {socket, open};
  }

  // For an agent with a createConnection of its own, which may use what this one returns, or what it calls back with.
  function connectAhead(agent, original, protocol, options, callback, proxy, host, port) {
    const connection = tunnel(proxy, host, port, error => {
      if (error) {
        fail(error);
      } else {
        start.open();
        returned.removeListener('error', ignore);
      }
      if (typeof callback === 'function') {
        callback(error || null, error ? undefined : returned);
      }
    });
    const start = ahead(connection, fail);
    let returned = start.socket;
    function fail(error) {
      returned.destroy(error);
    }
    // Who waits for the callback is told there, and hears nothing of a socket that it has not got yet.
    function ignore() { }
    if (options.noDelay) {
      connection.setNoDelay(true);
    }
    if (protocol === 'https:') {
      try {
        returned = original.call(agent, Object.assign({}, options, {socket: start.socket}));
      } catch (badOptions) {
        start.socket.destroy();
        throw badOptions;
      }
      likeSocket(returned, connection);
    } else if (options.timeout) {
      returned.setTimeout(options.timeout);
    }
    returned.on('error', ignore);
    return returned;
  }

  function wrap(agents, protocol, defaultPort) {
    const original = agents.prototype.createConnection;
    function createConnection(options, callback) {
      const ready = !options || typeof options !== 'object' || options.socket || options.socketPath;
      const host = ready ? undefined : options.host || options.hostname || 'localhost';
      const port = ready ? undefined : options.port || defaultPort;
      const proxy = ready ? undefined : proxyFor(protocol, host, port);
      const overridden = !this || this.createConnection !== createConnection;
      if (!proxy || !overridden && typeof callback !== 'function') {
        return original.apply(this, arguments);
      }
      if (overridden) {
        return connectAhead(this, original, protocol, options, callback, proxy, host, port);
      }
      tunnel(proxy, host, port, (error, socket) => {
        if (error) {
          callback(error);
        } else if (protocol === 'http:') {
          callback(null, socket);
        } else {
          try {
            callback(null, original.call(this, Object.assign({}, options, {socket})));
          } catch (badOptions) {
            socket.destroy();
            callback(badOptions);
          }
        }
      });
      return undefined;
    }
    agents.prototype.createConnection = createConnection;
  }
  wrap(http.Agent, 'http:', 80);
  // It has one of its own; were it ever to inherit that of http, this would still be the right one.
  wrap(https.Agent, 'https:', 443);

  // fetch and WebSocket: their connections come from a dispatcher, which is made at their first use.
  const dispatcher = Symbol.for('undici.globalDispatcher.1');

  function connectBy() {
    return function (options, callback) {
      const host = bare(options.hostname || options.host), secure = options.protocol === 'https:';
      const port = options.port || (secure ? 443 : 80), proxy = proxyFor(options.protocol, host, port);
      function secured(error, socket) {
        if (error || !secure) {
          callback(error || null, socket);
          return;
        }
        const connection = tls.connect({socket, host, servername: options.servername || (net.isIP(host) ? '' : host),
          ALPNProtocols: ['http/1.1']});
        connection.once('error', callback);
        connection.once('secureConnect', () => {
          connection.removeListener('error', callback);
          callback(null, connection);
        });
      }
      if (proxy) {
        tunnel(proxy, host, port, secured);
        return;
      }
      const socket = net.connect({host, port: Number(port)});
      socket.once('error', callback);
      socket.once('connect', () => {
        socket.removeListener('error', callback);
        secured(null, socket);
      });
    };
  }

  let installed = false;
  function install() {
    if (installed) {
      return;
    }
    installed = true;
    try {
      void globalThis.Headers; // This loads what makes the dispatcher.
      const present = globalThis[dispatcher];
      // One that the program has set is its own affair.
      if (present && present.constructor.name === 'Agent') {
        Object.defineProperty(globalThis, dispatcher, {value: new present.constructor({connect: connectBy()}),
          writable: true, enumerable: false, configurable: false});
      }
    } catch (otherVersion) {
      process.emitWarning('fetch does not go through the proxy: ' + otherVersion.message, 'ProxyMcpWarning');
    }
  }

  const fetched = globalThis.fetch;
  if (typeof fetched === 'function') {
    if (Object.getOwnPropertyDescriptor(globalThis, 'WebSocket')) {
      install();
    }
    const wrapped = function fetch(input, init) {
      install();
      return fetched.apply(this, arguments);
    };
    Object.defineProperty(globalThis, 'fetch', {value: wrapped, writable: true, enumerable: true, configurable: true});
  }
})();
