/* The kernel as a Python extension, on the stable ABI: no GIL while it scans, taken back only to ask the judge. */
#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

typedef struct {
    PyObject_HEAD
    scan *of;
    PyObject *judge;
    PyThreadState *released;
    int busy;
} Scan;

static int ask(void *context, const signs *given) {
    Scan *self = context;
    PyEval_RestoreThread(self->released);
    long answer = -1;
    PyObject *made = PyObject_CallFunction(
        self->judge, "iiiiy#y#y#y#y#", given->plan, given->status, given->last, given->upstream, given->upstream_status.at,
        (Py_ssize_t)given->upstream_status.size, given->words[0].at, (Py_ssize_t)given->words[0].size, given->words[1].at,
        (Py_ssize_t)given->words[1].size, given->words[2].at, (Py_ssize_t)given->words[2].size, given->words[3].at,
        (Py_ssize_t)given->words[3].size);
    if (made) {
        answer = PyLong_AsLong(made);
        Py_DECREF(made);
    }
    self->released = PyEval_SaveThread();
    return (int)answer;
}

static int free_to_use(Scan *self) {
    if (self->busy) PyErr_SetString(PyExc_RuntimeError, "this scan is busy in another thread");
    return !self->busy;
}

static PyObject *told(int outcome) {
    if (outcome == JUDGE_FAILED) return NULL;
    if (outcome == FAILED) return PyErr_NoMemory();
    Py_RETURN_NONE;
}

static PyObject *scan_make(PyTypeObject *type, PyObject *args, PyObject *named) {
    static char *names_of[] = {"program", "judge", "zones", "since", "until", NULL};
    const char *program, *zones;
    Py_ssize_t size, zone_size;
    long long since, until;
    PyObject *judge_of;
    if (!PyArg_ParseTupleAndKeywords(args, named, "y#Oy#LL", names_of, &program, &size, &judge_of, &zones, &zone_size, &since, &until))
        return NULL;
    allocfunc alloc = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    Scan *self = (Scan *)alloc(type, 0);
    if (!self) return NULL;
    self->judge = Py_NewRef(judge_of);
    self->of = scan_new(program, (size_t)size, (const zone *)zones, (size_t)zone_size / sizeof(zone), since, until, ask, self);
    if (!self->of) {
        Py_DECREF(self);
        PyErr_SetString(PyExc_ValueError, "not a program of this kernel, or no memory");
        return NULL;
    }
    return (PyObject *)self;
}

static void scan_end(PyObject *given) {
    Scan *self = (Scan *)given;
    PyTypeObject *type = Py_TYPE(given);
    scan_free(self->of);
    Py_XDECREF(self->judge);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(given);
    Py_DECREF(type);
}

static PyObject *method_block(PyObject *given, PyObject *args) {
    Scan *self = (Scan *)given;
    Py_buffer block;
    unsigned int file;
    unsigned long long offset;
    int last;
    if (!PyArg_ParseTuple(args, "y*IKp", &block, &file, &offset, &last)) return NULL;
    if (!free_to_use(self)) {
        PyBuffer_Release(&block);
        return NULL;
    }
    size_t consumed = 0;
    self->busy = 1;
    self->released = PyEval_SaveThread();
    int outcome = scan_block(self->of, block.buf, (size_t)block.len, file, offset, last, &consumed);
    PyEval_RestoreThread(self->released);
    self->busy = 0;
    PyBuffer_Release(&block);
    if (outcome < 0) return told(outcome);
    return Py_BuildValue("ni", (Py_ssize_t)consumed, outcome);
}

static PyObject *method_too_long(PyObject *given, PyObject *args) {
    Scan *self = (Scan *)given;
    const char *head;
    Py_ssize_t size;
    unsigned int file;
    unsigned long long offset;
    if (!PyArg_ParseTuple(args, "y#IK", &head, &size, &file, &offset) || !free_to_use(self)) return NULL;
    return told(scan_too_long(self->of, head, (size_t)size, file, offset));
}

static PyObject *method_collapse(PyObject *given, PyObject *prefixes) {
    Scan *self = (Scan *)given;
    if (!free_to_use(self)) return NULL;
    PyObject *each, *all = PyObject_GetIter(prefixes);
    if (!all) return NULL;
    int outcome = 0;
    while (!outcome && (each = PyIter_Next(all))) {
        char *at;
        Py_ssize_t size;
        outcome = PyBytes_AsStringAndSize(each, &at, &size) ? JUDGE_FAILED : scan_collapse(self->of, at, (size_t)size);
        Py_DECREF(each);
    }
    Py_DECREF(all);
    if (PyErr_Occurred()) return NULL;
    return told(outcome ? outcome : scan_rename(self->of));
}

static PyObject *method_limit(PyObject *given, PyObject *below) {
    Scan *self = (Scan *)given;
    unsigned long long value = PyLong_AsUnsignedLongLong(below);
    if (PyErr_Occurred() || !free_to_use(self)) return NULL;
    return told(scan_limit_upstreams(self->of, value));
}

static PyObject *method_bound_cells(PyObject *given, PyObject *nothing) {
    (void)nothing;
    return free_to_use((Scan *)given) ? told(scan_bound_cells(((Scan *)given)->of)) : NULL;
}

static PyObject *method_merge(PyObject *given, PyObject *other) {
    if (Py_TYPE(given) != Py_TYPE(other)) {
        PyErr_SetString(PyExc_TypeError, "only a Scan can be merged");
        return NULL;
    }
    Scan *self = (Scan *)given, *from = (Scan *)other;
    if (self == from || !free_to_use(self) || !free_to_use(from)) return NULL;
    self->busy = from->busy = 1;
    PyThreadState *released = PyEval_SaveThread();
    int outcome = scan_merge(self->of, from->of);
    PyEval_RestoreThread(released);
    self->busy = from->busy = 0;
    return told(outcome);
}

/* ---- reading out ---- */

static PyObject *named_list(const names *of) {
    PyObject *made = PyList_New((Py_ssize_t)of->used);
    for (size_t each = 0; made && each < of->used; each++) {
        PyObject *name = PyBytes_FromStringAndSize(of->text.bytes + of->from[each], of->size[each]);
        if (!name || PyList_SetItem(made, (Py_ssize_t)each, name)) Py_CLEAR(made);
    }
    return made;
}

static PyObject *slowest_list(const names *of) {
    PyObject *made = PyList_New((Py_ssize_t)of->used);
    for (size_t each = 0; made && each < of->used; each++) {
        PyObject *value = PyLong_FromUnsignedLongLong(of->slowest[each]);
        if (!value || PyList_SetItem(made, (Py_ssize_t)each, value)) Py_CLEAR(made);
    }
    return made;
}

enum { ALL, ONLY_SERVED, ONLY_TROUBLES };

static int wanted(const slot *one, int which) {
    int served = one->key.b >> 56 == 0;
    return one->count && (which == ALL || served == (which == ONLY_SERVED));
}

static PyObject *rows(const table *of, int which) {
    size_t count = 0;
    for (size_t each = 0; each <= of->mask; each++) count += (size_t)wanted(&of->slots[each], which);
    PyObject *made = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(count * sizeof(slot)));
    if (!made) return NULL;
    char *at = PyBytes_AsString(made);
    for (size_t each = 0; each <= of->mask; each++)
        if (wanted(&of->slots[each], which)) {
            memcpy(at, &of->slots[each], sizeof(slot));
            at += sizeof(slot);
        }
    return made;
}

static PyObject *client_rows(const clients *of) {
    PyObject *made = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(of->used * 2 * sizeof(uint64_t)));
    if (!made) return NULL;
    char *at = PyBytes_AsString(made);
    for (size_t each = 0; each <= of->mask; each++)
        if (of->hashes[each]) {
            uint64_t pair[2] = {of->minutes ? of->minutes[each] : 0, of->hashes[each]};
            memcpy(at, pair, sizeof pair);
            at += sizeof pair;
        }
    return Py_BuildValue("KN", (unsigned long long)of->below, made);
}

static PyObject *sample_list(const scan *of) {
    PyObject *made = PyList_New(0);
    for (size_t each = 0; made && each <= of->sample_mask; each++) {
        const sample *one = &of->samples[each];
        if (!one->key) continue;
        PyObject *row = Py_BuildValue("IIKIKy#", one->minute, (unsigned int)one->failure, (unsigned long long)one->place, one->file,
                                      (unsigned long long)one->offset, one->line, (Py_ssize_t)one->size);
        if (!row || PyList_Append(made, row)) Py_CLEAR(made);
        Py_XDECREF(row);
    }
    return made;
}

static PyObject *file_list(const scan *of) {
    PyObject *made = PyList_New(0);
    for (size_t each = 0; made && each < of->file_count; each++) {
        const file_counts *one = &of->files[each];
        PyObject *plans = PyList_New(MOST_PLANS);
        for (int number = 0; plans && number < MOST_PLANS; number++) {
            PyObject *count = PyLong_FromUnsignedLongLong(one->plans[number]);
            if (!count || PyList_SetItem(plans, number, count)) Py_CLEAR(plans);
        }
        if (!plans) {
            Py_CLEAR(made);
            break;
        }
        PyObject *row = Py_BuildValue("KKKKLLN", (unsigned long long)one->lines, (unsigned long long)one->unparsed, (unsigned long long)one->other,
                                      (unsigned long long)one->outside, (long long)one->first, (long long)one->last, plans);
        if (!row || PyList_Append(made, row)) Py_CLEAR(made);
        Py_XDECREF(row);
    }
    return made;
}

static int put(PyObject *in, const char *name, PyObject *value) {
    int failed = !value || PyDict_SetItemString(in, name, value);
    Py_XDECREF(value);
    return failed;
}

static PyObject *method_export(PyObject *given, PyObject *served) {
    Scan *self = (Scan *)given;
    int all = PyObject_IsTrue(served);
    if (all < 0 || !free_to_use(self)) return NULL;
    scan *of = self->of;
    if (scan_fold(of)) return PyErr_NoMemory();
    PyObject *made = PyDict_New();
    if (!made) return NULL;
    table by_minute, by_upstream, by_route;
    int failed = scan_sums(of, &by_minute, &by_upstream, &by_route);
    if (failed) PyErr_NoMemory();
    if (failed || put(made, "upstreams", named_list(&of->upstreams)) || put(made, "routes", named_list(&of->routes)) ||
        put(made, "collapsed", named_list(&of->collapsed)) || put(made, "upstream_slowest", slowest_list(&of->upstreams)) ||
        put(made, "route_slowest", slowest_list(&of->routes)) || put(made, "troubles", rows(&of->cells, ONLY_TROUBLES)) ||
        (all && put(made, "served", rows(&of->cells, ONLY_SERVED))) || put(made, "by_minute", rows(&by_minute, ALL)) ||
        put(made, "by_upstream", rows(&by_upstream, ALL)) || put(made, "by_route", rows(&by_route, ALL)) ||
        put(made, "upstream_times", rows(&of->upstream_times, ALL)) || put(made, "route_times", rows(&of->route_times, ALL)) ||
        put(made, "seen", client_rows(&of->seen)) || put(made, "hit", client_rows(&of->hit)) || put(made, "samples", sample_list(of)) ||
        put(made, "sample_level", PyLong_FromLong(of->sample_level)) || put(made, "files", file_list(of)) ||
        put(made, "waits", PyBytes_FromStringAndSize((const char *)of->waits, (Py_ssize_t)(of->wait_used * sizeof(waiting)))) ||
        put(made, "wait_below", PyLong_FromUnsignedLongLong(of->wait_below)) ||
        put(made, "wait_total", PyLong_FromUnsignedLongLong(of->wait_total)) ||
        put(made, "upstreams_below", PyLong_FromUnsignedLongLong(of->upstreams_below)) || put(made, "level", PyLong_FromLong(of->level)))
        Py_CLEAR(made);
    free(by_minute.slots);
    free(by_upstream.slots);
    free(by_route.slots);
    return made;
}

static PyObject *method_routes(PyObject *given, PyObject *nothing) {
    (void)nothing;
    return free_to_use((Scan *)given) ? named_list(&((Scan *)given)->of->routes) : NULL;
}

static PyObject *method_upstreams(PyObject *given, PyObject *nothing) {
    (void)nothing;
    return free_to_use((Scan *)given) ? named_list(&((Scan *)given)->of->upstreams) : NULL;
}

static PyMethodDef methods[] = {{"block", method_block, METH_VARARGS, "block(bytes, file, offset, last) -> (consumed, why it stopped)"},
                                {"too_long", method_too_long, METH_VARARGS, "too_long(head, file, offset): count a line that no block holds"},
                                {"collapse", method_collapse, METH_O, "collapse(prefixes): count the children of these as one"},
                                {"limit_upstreams", method_limit, METH_O, "limit_upstreams(below): keep those whose hash is not above"},
                                {"bound_cells", method_bound_cells, METH_NOARGS, "bound_cells(): raise the level until the cells are few enough"},
                                {"merge", method_merge, METH_O, "merge(other): take over what another scan counted"},
                                {"export", method_export, METH_O, "export(served) -> dict of rows"},
                                {"routes", method_routes, METH_NOARGS, "routes() -> list"},
                                {"upstreams", method_upstreams, METH_NOARGS, "upstreams() -> list"},
                                {NULL, NULL, 0, NULL}};

static PyType_Slot scan_slots[] = {{Py_tp_doc, "Scan(program, judge, zones, since, until): what one thread counts."},
                                   {Py_tp_new, scan_make},
                                   {Py_tp_dealloc, scan_end},
                                   {Py_tp_methods, methods},
                                   {0, NULL}};
static PyType_Spec scan_spec = {"why502.scan._kernel.Scan", sizeof(Scan), 0, Py_TPFLAGS_DEFAULT, scan_slots};

static PyObject *python_hash64(PyObject *module, PyObject *given) {
    (void)module;
    char *at;
    Py_ssize_t size;
    if (PyBytes_AsStringAndSize(given, &at, &size)) return NULL;
    return PyLong_FromUnsignedLongLong(hash64(at, (size_t)size));
}

static PyMethodDef functions[] = {{"hash64", python_hash64, METH_O, "hash64(bytes) -> int"}, {NULL, NULL, 0, NULL}};

static int execute(PyObject *module) {
    PyObject *type = PyType_FromModuleAndSpec(module, &scan_spec, NULL);
    int failed = !type || PyModule_AddObjectRef(module, "Scan", type) || PyModule_AddIntConstant(module, "VERSION", KERNEL_VERSION);
    Py_XDECREF(type);
    return failed ? -1 : 0;
}

static PyModuleDef_Slot module_slots[] = {{Py_mod_exec, execute}, {0, NULL}};
static PyModuleDef module = {PyModuleDef_HEAD_INIT, "_kernel", "The compiled scanning kernel.", 0, functions, module_slots, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__kernel(void) { return PyModuleDef_Init(&module); }
