/* What pages can do better where scripts run. Everything works without it. */
(function () {
  'use strict';

  var words = document.body.dataset;

  function all(selector, fn) {
    Array.prototype.forEach.call(document.querySelectorAll(selector), fn);
  }

  function fill(text) {
    var args = arguments;
    return text.replace(/\{(\d)\}/g, function (place, n) {
      return String(args[Number(n) + 1]);
    });
  }

  /* The list of errors is read first. */
  all('[data-focus]', function (box) {
    box.focus();
  });
  all('.problems a', function (link) {
    link.addEventListener('click', function (event) {
      var field = document.getElementById(
        decodeURIComponent(link.hash.slice(1)));
      if (!field) {
        return;
      }
      event.preventDefault();
      (field.closest('.field') || field).scrollIntoView();
      field.focus({ preventScroll: true });
    });
  });

  /* Grave acts are asked about; nothing is sent twice. */
  all('form', function (form) {
    form.addEventListener('submit', function (event) {
      var button = event.submitter;
      var question = button && button.dataset.confirm;
      if (form.dataset.sent || (question && !window.confirm(question))) {
        event.preventDefault();
        return;
      }
      if (!('once' in form.dataset)) {
        return;
      }
      form.dataset.sent = '1';
      if (button) {
        button.setAttribute('aria-disabled', 'true');
      }
      /* An answer that never came, or a file to save: let it be sent again. */
      window.setTimeout(function () {
        release(form);
      }, 8000);
    });
  });

  function release(form) {
    delete form.dataset.sent;
    Array.prototype.forEach.call(form.querySelectorAll('[aria-disabled]'),
      function (button) {
        button.removeAttribute('aria-disabled');
      });
  }
  window.addEventListener('pageshow', function () {
    all('form', release);
  });
  document.addEventListener('release', function (event) {
    release(event.target);
  });

  /* A draft is kept while one types: one save at a time, and what was typed
   * meanwhile goes with the next. The version says when another window, or
   * another person, was there first: then nothing is overwritten. */
  all('form[data-autosave]', function (form) {
    var said = document.createElement('p');
    var timer, sending, dirty, ended, waiting;
    said.className = 'quiet';
    said.setAttribute('role', 'status');
    form.appendChild(said);

    function later() {
      dirty = true;
      window.clearTimeout(timer);
      timer = window.setTimeout(save, 2000);
    }
    function save() {
      var body = new URLSearchParams();
      if (sending || ended) {
        return;
      }
      new FormData(form).forEach(function (value, name) {
        if (typeof value === 'string') {
          body.append(name, value);
        }
      });
      sending = true;
      dirty = false;
      window.fetch(form.dataset.autosave, { method: 'POST', body: body })
        .then(function (answer) {
          /* 4xx: it would be the same again; the button says what is wrong. */
          ended = !answer.ok && answer.status < 500;
          return answer.ok ? answer.json() : Promise.reject(answer);
        }).then(function (kept) {
          form.elements.version.value = kept.version;
          said.textContent = kept.said;
        }, function () {
          said.textContent = words.unsaved;
          dirty = true;
        }).then(function () {
          sending = false;
          if (waiting) {
            release(form);
            form.requestSubmit(waiting);
          } else if (dirty) {
            later();
          }
        });
    }
    form.addEventListener('input', later);
    form.addEventListener('submit', function (event) {
      ended = true;
      window.clearTimeout(timer);
      if (sending) {
        event.preventDefault();
        waiting = event.submitter;
      }
    });
  });

  /* Characters left; told to a screen reader when typing pauses. */
  all('textarea[data-max]', function (area) {
    var max = Number(area.dataset.max);
    var shown = document.getElementById(area.id + '-count');
    var timer;
    if (!shown) {
      return;
    }
    shown.setAttribute('aria-live', 'polite');
    function count() {
      var left = max - Array.from(area.value).length;
      shown.textContent = left < 0 ? fill(words.over, -left)
        : fill(words.left, left);
      shown.classList.toggle('error', left < 0);
    }
    area.addEventListener('input', function () {
      window.clearTimeout(timer);
      timer = window.setTimeout(count, 300);
    });
    count();
  });

  function select(node) {
    var range = document.createRange();
    range.selectNodeContents(node);
    var selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  }

  function copied(button) {
    var before = button.textContent;
    button.textContent = words.copied;
    window.setTimeout(function () {
      button.textContent = before;
    }, 2000);
  }

  all('button[data-copy]', function (button) {
    var node = document.getElementById(button.dataset.copy);
    if (!node) {
      return;
    }
    button.hidden = false;
    button.setAttribute('aria-live', 'polite');
    button.addEventListener('click', function () {
      /* The clipboard is there only over https and on this machine. */
      if (navigator.clipboard) {
        navigator.clipboard.writeText(node.textContent).then(function () {
          copied(button);
        }, function () {
          select(node);
        });
        return;
      }
      select(node);
      if (document.execCommand('copy')) {
        copied(button);
      }
    });
  });

  /* A file that is too large is told before it is sent. */
  all('input[type=file][data-max-bytes]', function (input) {
    var max = Number(input.dataset.maxBytes);
    var told = document.createElement('p');
    told.className = 'error';
    told.setAttribute('role', 'alert');
    input.insertAdjacentElement('beforebegin', told);
    input.addEventListener('change', function () {
      told.textContent = '';
      Array.prototype.some.call(input.files, function (file) {
        if (file.size <= max) {
          return false;
        }
        told.textContent = fill(words.fileLarge, file.name,
          Math.floor(max / 1048576));
        input.value = '';
        return true;
      });
    });
  });
}());
