/* Sending a table from its page to the gate, and watching it being read; app.js is
 * there before it. Everything works without it. */
(function () {
  'use strict';

  function all(selector, fn) {
    Array.prototype.forEach.call(document.querySelectorAll(selector), fn);
  }

  /* A table goes from here to the gate, with how far it is; without a script in
   * two steps. */
  all('[data-send]', function (box) {
    var form = box.querySelector('form');
    var drop = box.querySelector('[data-drop]');
    var input = drop.querySelector('input');
    var shown = box.querySelector('.sending');
    var failed = box.querySelector('[data-failed]');
    var name = form.elements.name;
    drop.hidden = false;
    form.querySelector('.buttons button').textContent = box.dataset.send;
    name.closest('.field').hidden = true;
    input.addEventListener('change', function () {
      name.value = input.files.length ? input.files[0].name : '';
    });
    ['dragover', 'drop'].forEach(function (kind) {
      drop.addEventListener(kind, function (event) {
        event.preventDefault();
        if (kind === 'drop' && event.dataTransfer.files.length) {
          input.files = event.dataTransfer.files;
          input.dispatchEvent(new Event('change'));
        }
      });
    });
    form.addEventListener('submit', function (event) {
      var file = input.files[0];
      if (!file || event.defaultPrevented) {
        return;
      }
      event.preventDefault();
      failed.hidden = true;
      window.fetch(form.action, { method: 'POST',
        headers: { Accept: 'application/json' },
        body: new URLSearchParams(new FormData(form)) })
        .then(function (answer) {
          return answer.ok ? answer.json() : Promise.reject(answer);
        }).then(function (ticket) {
          put(ticket.url, file, ticket.to);
        }, function (answer) {
          /* What is wrong is said by the page itself. */
          if (answer.status === 422) {
            form.submit();
          } else {
            stop();
          }
        });
    });
    function put(url, file, to) {
      var call = new XMLHttpRequest();
      shown.hidden = false;
      call.upload.onprogress = function (event) {
        shown.firstChild.value = 1000 * event.loaded / event.total;
      };
      call.onload = function () {
        if (call.status === 201) {
          window.location = to;
        } else {
          stop();
        }
      };
      call.onerror = stop;
      call.open('PUT', url);
      call.send(file);
    }
    function stop() {
      shown.hidden = true;
      failed.hidden = false;
      /* app.js lets it be sent again. */
      form.dispatchEvent(new Event('release', { bubbles: true }));
    }
  });

  /* Until it is read, how far it is. What the page shows is what counts: it may
   * have been read while the page was on its way. */
  all('[data-watch]', function (box) {
    var bar = box.querySelector('progress');
    function again() {
      window.setTimeout(look, 1000);
    }
    function look() {
      window.fetch(box.dataset.watch).then(function (answer) {
        return answer.ok ? answer.json() : Promise.reject(answer);
      }).then(function (table) {
        if (table.state !== box.dataset.shown) {
          window.location.reload();
          return;
        }
        if (bar) {
          bar.value = table.progress;
        }
        again();
      }).catch(again);
    }
    look();
  });
}());
