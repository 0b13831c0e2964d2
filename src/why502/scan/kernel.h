/* The scanning kernel: runs any plan (why502.logs.plan) over blocks of bytes and counts in place.
 *
 * It knows no format, no failure and no Python: what lines mean is said by `why502.logs.reading` (the reference, to
 * which tests/scan hold it byte by byte), what failed by the judge, a function of the caller. It never reads outside
 * the block that it is given, and never allocates by what a line says, only up to the bounds of why502.logs.tally.
 */
#ifndef WHY502_KERNEL_H
#define WHY502_KERNEL_H

#include <stddef.h>
#include <stdint.h>

/* What programs and counts look like. `program.VERSION` must be the same, or the kernel is not used: it is of other
 * sources than the Python beside it. */
enum { KERNEL_VERSION = 1 };

enum { ROLES = 17, MOST_PLANS = 64, MOST_ATTEMPTS = 32, WORD = 120, MOST_ERROR = 96 };
enum { NO_ID = 0xFFFFFFFFu };

typedef struct {
    const char *at;
    size_t size;
} text;

/* What a judge is asked, and its answer: bit 0 failed, bit 1 wants a partner, bits 8-15 the failure's code. */
typedef struct {
    int plan, status, last, upstream; /* upstream 2: its name has no colon */
    text upstream_status, words[4];
} signs;
typedef int (*judge)(void *context, const signs *);

typedef struct {
    uint64_t a, b; /* minute | upstream << 32, route | status << 32 | failure << 48 | outcome << 56 */
} cell;
typedef struct {
    cell key;
    uint64_t count; /* 0: empty */
} slot;
typedef struct {
    slot *slots;
    size_t mask, used;
} table;

typedef struct {
    char *bytes;
    size_t used, room;
} arena;
typedef struct {
    uint64_t hash;
    uint32_t id; /* id + 1; 0: empty */
} name_slot;
typedef struct {
    name_slot *slots;
    size_t mask, used, room;
    uint32_t *from, *size;
    uint64_t *hashes;
    uint32_t **times; /* buckets of each name, made when first needed */
    uint64_t *slowest;
    arena text;
} names;

typedef struct {
    uint64_t *hashes;  /* 0: empty (a hash is never 0) */
    uint32_t *minutes; /* NULL: all at minute 0 */
    size_t mask, used;
    uint64_t below;
} clients;

typedef struct {
    uint64_t key, place, offset;
    uint32_t minute, file;
    uint16_t size, failure;
    char *line;
} sample;

typedef struct {
    uint64_t key, place;
    int64_t at;
    cell what;
    uint32_t side; /* bit 0: a message; bit 1: the key is the client */
} waiting;

typedef struct {
    uint64_t lines, unparsed, other, outside, plans[MOST_PLANS];
    int64_t first, last; /* first > last: none */
} file_counts;

typedef struct {
    uint8_t op, role, stop, quote, flags, unit;
    uint16_t size;
    uint32_t from;
    uint32_t equals_from;
    uint16_t equals_size, deep; /* how many objects the path goes into */
} step;
typedef struct {
    uint8_t shape, kind, flags, pad;
    uint16_t jumps; /* this and the units: set by the kernel */
    uint8_t units[2];
    uint32_t needs, first, count, start_from, start_size;
} plan;

typedef struct {
    uint8_t op, role, stop, quote, flags, quick;
    uint16_t size;
    uint64_t mask, number;
    const char *literal;
    char stops[16];
} jump;

typedef struct {
    int64_t from; /* local seconds from which on */
    int64_t ahead; /* the zone is this much ahead of UTC */
} zone;

typedef struct {
    uint64_t key[3]; /* all bytes of a name of 8 to 24 */
    uint32_t size, id;
} upstream_memory;

typedef struct scan {
    /* the program */
    plan *plans;
    step *steps;
    jump *jumps;
    uint8_t classes[256];
    char *literals;
    int plan_count;
    uint64_t (*by_size)[256]; /* of each plan: keys by the length of their path */
    zone *zones;
    size_t zone_count;
    int64_t since, until;
    judge ask;
    void *context;
    /* what is counted */
    table hot, cells, by_upstream, by_route, upstream_times, route_times;
    names upstreams, routes;
    clients seen, hit;
    sample *samples;
    size_t sample_mask, sample_used;
    int sample_level, level;
    waiting *waits;
    size_t wait_used, wait_room;
    uint64_t wait_below, wait_total;
    uint64_t upstreams_below;
    file_counts *files;
    size_t file_count;
    char *scratch; /* where a line's escapes are undone */
    /* memory of the last line, for speed only */
    char time_text[48], date_text[16];
    size_t time_size, date_size;
    int64_t time_at;
    int time_utc, time_fits;
    struct {
        uint64_t hash;
        uint32_t id;
    } *route_cache;
    struct {
        uint64_t hash;
        int answer;
    } *judged;
    size_t judged_used;
    upstream_memory last_upstreams[256];
    names collapsed;
    int broken; /* out of memory */
    uint64_t timed; /* durations counted since the last fold */
} scan;

enum { DONE = 0, ROUTES_FULL = 1, UPSTREAMS_FULL = 2, CELLS_FULL = 3, FAILED = -1, JUDGE_FAILED = -2 };

scan *scan_new(const char *program, size_t size, const zone *zones, size_t zone_count, int64_t since, int64_t until,
               judge ask, void *context);
void scan_free(scan *);
/* Count the whole lines of a block; `last`: what follows the last line end is a line too. Returns DONE or why it
 * stopped; *consumed says up to where. `offset`: of the block in its file. */
int scan_block(scan *, const char *block, size_t size, uint32_t file, uint64_t offset, int last, size_t *consumed);
int scan_too_long(scan *, const char *head, size_t size, uint32_t file, uint64_t offset);
int scan_collapse(scan *, const char *prefix, size_t size); /* remember; scan_rename applies */
int scan_rename(scan *);
int scan_limit_upstreams(scan *, uint64_t below);
int scan_lower(scan *, int level);
int scan_bound_cells(scan *); /* raise the level until the cells are few enough */
int scan_merge(scan *into, scan *from);
int scan_sums(const scan *, table *by_minute, table *by_upstream, table *by_route); /* the caller frees their slots */
int scan_fold(scan *); /* before anything is read out of the tables */
uint64_t hash64(const char *, size_t);

#endif
