#if defined(__linux__) && !defined(_DEFAULT_SOURCE)
#define _DEFAULT_SOURCE /* madvise */
#endif

#include "kernel.h"

#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* The bounds and limits of why502.logs.tally, routes, numbers, reading. */
enum {
    MOST_UPSTREAMS = 16384,
    MOST_ROUTES = 16384,
    MOST_CELLS = 1 << 17,
    MOST_LEVEL = 4,
    MOST_CLIENTS = 1 << 14,
    MOST_SAMPLES = 1 << 13,
    LONGEST_SAMPLE = 400,
    MOST_WAITING = 1 << 17,
    BUCKETS = 544,
    LONGEST = 1 << 16,
    FURTHEST_SEEK = 255,
    DEEPEST = 16,
    MOST_SEGMENTS = 8,
    LONGEST_SEGMENT = 40,
    LONGEST_UPSTREAM = 255,
    HOT_SLOTS = 1 << 13,
    AHEAD = 16,
    CACHED_ROUTES = 1 << 13,
    JUDGED_SLOTS = 1 << 13,
    UNPARSED = 255,
};
static const uint64_t LONGEST_TIME = ((uint64_t)1 << 36) - 1;

enum { NONE, TIME, DATE, STATUS, REQUEST, METHOD, PATH, CLIENT, UPSTREAM, UPSTREAM_STATUS, SECONDS, UPSTREAM_SECONDS,
       WORD_A, WORD_B, WORD_C, WORD_D, KEY };
enum { TAKE, LITERAL, SEEK, BLANKS, NAMED };
enum { PRESENT = 1, BARE = 2, STOPS = 4, EQUALS = 8, PORT = 16 };
enum { ATTEMPTS = 1, NAIVE_UTC = 2, LISTS = 4 };
enum { ROW, JSON, LOGFMT };
enum { KIND_REQUEST, KIND_MESSAGE, KIND_OTHER };
enum { SERVED, FAILURE, RESCUED, TRIED, MESSAGE };
enum { BACKSLASH = 1, DOUBLED = 2, LISTED = 3 };
enum { SHORT = 1, LONG = 2 };

/* ---- hashing (why502.logs.numbers) ---- */

/* Up to eight bytes as a little-endian number, read without a loop and without a byte too many. */
static inline uint64_t load64(const char *at, size_t size) {
    const unsigned char *bytes = (const unsigned char *)at;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (size >= 8) {
        uint64_t value;
        memcpy(&value, at, 8);
        return value;
    }
    if (size >= 4) {
        uint32_t low, high;
        memcpy(&low, at, 4);
        memcpy(&high, at + size - 4, 4);
        return low | (uint64_t)high << (8 * (size - 4));
    }
    if (!size) return 0;
    return bytes[0] | (uint64_t)bytes[size / 2] << (8 * (size / 2)) | (uint64_t)bytes[size - 1] << (8 * (size - 1));
#else
    uint64_t value = 0;
    for (size_t each = 0; each < size && each < 8; each++) value |= (uint64_t)bytes[each] << (8 * each);
    return value;
#endif
}

static inline uint64_t mixed(uint64_t value) {
    value ^= value >> 33;
    value *= 0xFF51AFD7ED558CCDu;
    value ^= value >> 33;
    value *= 0xC4CEB9FE1A85EC53u;
    return value ^ (value >> 33);
}

static inline uint64_t hashed(const char *at, size_t size) {
    uint64_t value = (uint64_t)size * 0x9E3779B97F4A7C15u;
    for (; size > 8; at += 8, size -= 8) {
        value = (value ^ load64(at, 8)) * 0x9FB21C651E98DF25u;
        value ^= value >> 32;
    }
    if (size) {
        value = (value ^ load64(at, size)) * 0x9FB21C651E98DF25u;
        value ^= value >> 32;
    }
    return mixed(value);
}

uint64_t hash64(const char *at, size_t size) { return hashed(at, size); }

/* ---- finding bytes ---- */

/* The first of one or two bytes before `end`, or NULL. Values are short: sixteen bytes at once are faster than a call,
 * where `limit` (the end of the block) lets us read as many. */
static inline const char *find_either(const char *at, const char *end, const char *limit, char one, char other) {
#ifdef __SSE2__
    const __m128i ones = _mm_set1_epi8(one), others = _mm_set1_epi8(other);
    for (; at < end && limit - at >= 16; at += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
        __m128i found = _mm_cmpeq_epi8(bytes, ones);
        if (one != other) found = _mm_or_si128(found, _mm_cmpeq_epi8(bytes, others));
        unsigned mask = (unsigned)_mm_movemask_epi8(found);
        if (mask) {
            at += __builtin_ctz(mask);
            return at < end ? at : NULL;
        }
    }
#else
    (void)limit;
#endif
    for (; at < end; at++)
        if (*at == one || *at == other) return at;
    return NULL;
}

static inline const char *find_byte(const char *at, const char *end, const char *limit, char byte) {
    return find_either(at, end, limit, byte, byte);
}

static inline int equal(const char *one, const char *other, size_t size) {
    for (; size >= 8; one += 8, other += 8, size -= 8)
        if (load64(one, 8) != load64(other, 8)) return 0;
    return load64(one, size) == load64(other, size);
}

/* ---- tables of counters ---- */

static inline uint64_t hash_cell(cell key) {
    uint64_t value = (key.a ^ (key.b * 0x9E3779B97F4A7C15u)) * 0x9FB21C651E98DF25u;
    return value ^ (value >> 29);
}

static inline cell make_cell(uint32_t minute, uint32_t upstream, uint32_t route, int status, int failure, int outcome) {
    cell made = {(uint64_t)minute | (uint64_t)upstream << 32,
                 (uint64_t)route | (uint64_t)status << 32 | (uint64_t)failure << 48 | (uint64_t)outcome << 56};
    return made;
}

/* Zeroed memory; large pieces in huge pages where there are any: they are gone through at random. */
static void *zeroed(size_t size) {
#ifdef MADV_HUGEPAGE
    enum { HUGE_PAGE = 1 << 21 };
    void *made;
    if (size >= HUGE_PAGE / 2) {
        if (posix_memalign(&made, HUGE_PAGE, (size + HUGE_PAGE - 1) & ~(size_t)(HUGE_PAGE - 1))) return NULL;
        madvise(made, size, MADV_HUGEPAGE);
        return memset(made, 0, size);
    }
#endif
    return calloc(1, size);
}

static int table_make(table *made, size_t slots) {
    made->slots = zeroed(slots * sizeof(slot));
    made->mask = slots - 1;
    made->used = 0;
    return made->slots ? 0 : FAILED;
}

static inline void table_put(table *in, cell key, uint64_t count) {
    size_t at = hash_cell(key) & in->mask;
    while (in->slots[at].count) {
        if (in->slots[at].key.a == key.a && in->slots[at].key.b == key.b) {
            in->slots[at].count += count;
            return;
        }
        at = (at + 1) & in->mask;
    }
    in->slots[at].key = key;
    in->slots[at].count = count;
    in->used++;
}

static int table_add(table *in, cell key, uint64_t count) {
    if (in->used * 2 > in->mask) {
        table wider;
        if (table_make(&wider, (in->mask + 1) * 2)) return FAILED;
        for (size_t each = 0; each <= in->mask; each++)
            if (in->slots[each].count) table_put(&wider, in->slots[each].key, in->slots[each].count);
        free(in->slots);
        *in = wider;
    }
    table_put(in, key, count);
    return 0;
}

/* ---- names: upstreams, routes ---- */

static int names_make(names *made, size_t slots) {
    memset(made, 0, sizeof *made);
    made->slots = calloc(slots, sizeof(name_slot));
    made->mask = slots - 1;
    return made->slots ? 0 : FAILED;
}

static void names_free(names *gone) {
    if (gone->times)
        for (size_t each = 0; each < gone->used; each++) free(gone->times[each]);
    free(gone->slots);
    free(gone->from);
    free(gone->size);
    free(gone->hashes);
    free(gone->times);
    free(gone->slowest);
    free(gone->text.bytes);
    memset(gone, 0, sizeof *gone);
}

static uint32_t names_find(const names *in, const char *at, size_t size, uint64_t hash) {
    for (size_t place = hash & in->mask; in->slots[place].id; place = (place + 1) & in->mask) {
        uint32_t id = in->slots[place].id - 1;
        if (in->slots[place].hash == hash && in->size[id] == size && equal(in->text.bytes + in->from[id], at, size))
            return id;
    }
    return NO_ID;
}

static int names_room(names *in, size_t size) {
    if (in->used == in->room) {
        size_t room = in->room ? in->room * 2 : 64;
        void *grown[5] = {realloc(in->from, room * sizeof *in->from), NULL, NULL, NULL, NULL};
        if (!grown[0]) return FAILED;
        in->from = grown[0];
        if (!(grown[1] = realloc(in->size, room * sizeof *in->size))) return FAILED;
        in->size = grown[1];
        if (!(grown[2] = realloc(in->hashes, room * sizeof *in->hashes))) return FAILED;
        in->hashes = grown[2];
        if (!(grown[3] = realloc(in->times, room * sizeof *in->times))) return FAILED;
        in->times = grown[3];
        if (!(grown[4] = realloc(in->slowest, room * sizeof *in->slowest))) return FAILED;
        in->slowest = grown[4];
        in->room = room;
    }
    if (in->text.used + size > in->text.room) {
        size_t room = (in->text.room + size) * 2 + 4096;
        char *grown = realloc(in->text.bytes, room);
        if (!grown) return FAILED;
        in->text.bytes = grown;
        in->text.room = room;
    }
    if (in->used * 2 >= in->mask) {
        size_t mask = in->mask * 2 + 1;
        name_slot *wider = calloc(mask + 1, sizeof *wider);
        if (!wider) return FAILED;
        for (size_t each = 0; each <= in->mask; each++) {
            if (!in->slots[each].id) continue;
            size_t place = in->slots[each].hash & mask;
            while (wider[place].id) place = (place + 1) & mask;
            wider[place] = in->slots[each];
        }
        free(in->slots);
        in->slots = wider;
        in->mask = mask;
    }
    return 0;
}

static uint32_t names_add(names *in, const char *at, size_t size, uint64_t hash) {
    uint32_t id = names_find(in, at, size, hash);
    if (id != NO_ID) return id;
    if (names_room(in, size)) return NO_ID;
    id = (uint32_t)in->used++;
    in->from[id] = (uint32_t)in->text.used;
    in->size[id] = (uint32_t)size;
    in->hashes[id] = hash;
    in->times[id] = NULL;
    in->slowest[id] = 0;
    if (size) memcpy(in->text.bytes + in->text.used, at, size);
    in->text.used += size;
    size_t place = hash & in->mask;
    while (in->slots[place].id) place = (place + 1) & in->mask;
    in->slots[place].hash = hash;
    in->slots[place].id = id + 1;
    return id;
}

/* ---- distinct clients, by adaptive sampling ---- */

static int clients_make(clients *made, int timed) {
    made->hashes = calloc(MOST_CLIENTS * 2, sizeof(uint64_t));
    made->minutes = timed ? calloc(MOST_CLIENTS * 2, sizeof(uint32_t)) : NULL;
    made->mask = MOST_CLIENTS * 2 - 1;
    made->used = 0;
    made->below = UINT64_MAX;
    return made->hashes && (made->minutes || !timed) ? 0 : FAILED;
}

static inline uint32_t minute_of(const clients *of, size_t at) { return of->minutes ? of->minutes[at] : 0; }

static inline void clients_put(clients *in, uint32_t minute, uint64_t hash) {
    size_t at = (hash ^ minute * 0x9E3779B97F4A7C15u) & in->mask;
    while (in->hashes[at]) {
        if (in->hashes[at] == hash && minute_of(in, at) == minute) return;
        at = (at + 1) & in->mask;
    }
    in->hashes[at] = hash;
    if (in->minutes) in->minutes[at] = minute;
    in->used++;
}

static int clients_limit(clients *in, uint64_t below) {
    clients before = *in;
    if (clients_make(in, before.minutes != NULL)) {
        free(in->hashes);
        *in = before;
        return FAILED;
    }
    in->below = below;
    for (size_t each = 0; each <= in->mask; each++)
        if (before.hashes[each] && before.hashes[each] <= below) clients_put(in, minute_of(&before, each), before.hashes[each]);
    free(before.hashes);
    free(before.minutes);
    return 0;
}

static inline int clients_add(clients *in, uint32_t minute, uint64_t hash) {
    hash += !hash;
    if (hash > in->below) return 0;
    clients_put(in, minute, hash);
    while (in->used > MOST_CLIENTS)
        if (clients_limit(in, in->below >> 1)) return FAILED;
    return 0;
}

/* ---- samples: of each minute and failure the line whose place has the smallest hash ---- */

static uint64_t sample_group(const scan *in, uint32_t minute, int failure) {
    uint32_t coarse = in->sample_level >= 8 ? 0 : minute >> (4 * in->sample_level) << (4 * in->sample_level);
    return ((uint64_t)(failure == UNPARSED ? minute : coarse) << 16 | (uint64_t)failure) + 1;
}

static int samples_put(scan *in, sample given, const char *line);

static int samples_coarsen(scan *in) {
    sample *before = in->samples;
    in->samples = calloc(in->sample_mask + 1, sizeof(sample));
    if (!in->samples) {
        in->samples = before;
        return FAILED;
    }
    in->sample_used = 0;
    in->sample_level++;
    int fine = 0;
    for (size_t each = 0; each <= in->sample_mask; each++) {
        if (!before[each].key) continue;
        if (!fine) fine = samples_put(in, before[each], before[each].line);
        free(before[each].line);
    }
    free(before);
    return fine;
}

static int samples_put(scan *in, sample given, const char *line) {
    uint64_t key = sample_group(in, given.minute, given.failure);
    size_t at = mixed(key) & in->sample_mask;
    while (in->samples[at].key && in->samples[at].key != key) at = (at + 1) & in->sample_mask;
    sample *there = &in->samples[at];
    if (there->key &&
        (there->place < given.place ||
         (there->place == given.place &&
          (there->file < given.file || (there->file == given.file && there->offset <= given.offset)))))
        return 0;
    char *kept = realloc(there->line, given.size ? given.size : 1);
    if (!kept) return FAILED;
    memcpy(kept, line, given.size);
    in->sample_used += !there->key;
    *there = given;
    there->key = key;
    there->line = kept;
    while (in->sample_used > MOST_SAMPLES)
        if (samples_coarsen(in)) return FAILED;
    return 0;
}

static uint64_t place_of(uint32_t file, uint64_t offset) { return mixed(offset ^ (uint64_t)file << 48) >> 1; }

static int keep_sample(scan *in, uint32_t minute, int failure, uint32_t file, uint64_t offset, text line) {
    sample given = {0, place_of(file, offset), offset, minute, file, 0, (uint16_t)failure, NULL};
    given.size = (uint16_t)(line.size < LONGEST_SAMPLE ? line.size : LONGEST_SAMPLE);
    if (failure == UNPARSED) given.minute = (uint32_t)(given.place & 7);
    return samples_put(in, given, line.at);
}

/* ---- lines that wait for their partner ---- */

static void waits_limit(scan *in, uint64_t below) {
    size_t kept = 0;
    for (size_t each = 0; each < in->wait_used; each++)
        if (in->waits[each].key <= below) in->waits[kept++] = in->waits[each];
    in->wait_used = kept;
    in->wait_below = below;
}

static int wait_add(scan *in, waiting given) {
    if (given.key > in->wait_below) return 0;
    if (in->wait_used == in->wait_room) {
        size_t room = in->wait_room ? in->wait_room * 2 : 1024;
        waiting *grown = realloc(in->waits, room * sizeof *grown);
        if (!grown) return FAILED;
        in->waits = grown;
        in->wait_room = room;
    }
    in->waits[in->wait_used++] = given;
    while (in->wait_used > MOST_WAITING) waits_limit(in, in->wait_below >> 1);
    return 0;
}

/* ---- numbers and times (why502.logs.numbers, times) ---- */

static inline int digit(char byte) { return byte >= '0' && byte <= '9'; }

static inline int same(text one, const char *other, size_t size) {
    return one.size == size && !memcmp(one.at, other, size);
}

static int digits(const char *at, size_t size, int64_t *value) {
    int64_t made = 0;
    for (size_t each = 0; each < size; each++) {
        if (!digit(at[each])) return 0;
        made = made * 10 + (at[each] - '0');
    }
    *value = made;
    return 1;
}

static int read_status(text raw, int *status) {
    *status = 0;
    if (raw.size == 3 && raw.at[0] >= '1' && raw.at[0] <= '9' && digit(raw.at[1]) && digit(raw.at[2])) {
        *status = (raw.at[0] - '0') * 100 + (raw.at[1] - '0') * 10 + (raw.at[2] - '0');
        return 1;
    }
    return raw.size == 0 || same(raw, "-", 1) || same(raw, "0", 1) || same(raw, "000", 3) || same(raw, "-1", 2) ||
           same(raw, "null", 4);
}

static const uint64_t TENS[19] = {1u,
                                  10u,
                                  100u,
                                  1000u,
                                  10000u,
                                  100000u,
                                  1000000u,
                                  10000000u,
                                  100000000u,
                                  1000000000u,
                                  10000000000u,
                                  100000000000u,
                                  1000000000000u,
                                  10000000000000u,
                                  100000000000000u,
                                  1000000000000000u,
                                  10000000000000000u,
                                  100000000000000000u,
                                  1000000000000000000u};

/* Microseconds, or -1. */
static int64_t read_time_span(text raw, int unit) {
    if (raw.size == 5 && raw.at[1] == '.' && !unit && digit(raw.at[0]) && digit(raw.at[2]) && digit(raw.at[3]) && digit(raw.at[4]))
        return (raw.at[0] - '0') * 1000000 + (raw.at[2] * 100 + raw.at[3] * 10 + raw.at[4] - 111 * '0') * 1000;
    size_t at = 0, whole = 0;
    uint64_t value = 0;
    int places = 0, exponent = 0;
    while (at < raw.size && digit(raw.at[at])) {
        if (++whole > 18) return -1;
        value = value * 10 + (uint64_t)(raw.at[at++] - '0');
    }
    if (!whole) return -1;
    if (at < raw.size && raw.at[at] == '.') {
        for (at++; at < raw.size && digit(raw.at[at]); at++) {
            if (places < 9 && whole + (size_t)places < 18) {
                value = value * 10 + (uint64_t)(raw.at[at] - '0');
                places++;
            }
        }
    }
    if (at < raw.size && (raw.at[at] == 'e' || raw.at[at] == 'E')) {
        int minus = 0, count = 0;
        at++;
        if (at < raw.size && (raw.at[at] == '-' || raw.at[at] == '+')) minus = raw.at[at++] == '-';
        for (; at < raw.size && digit(raw.at[at]); at++, count++)
            if (count < 3) exponent = exponent * 10 + (raw.at[at] - '0');
        if (count < 1 || count > 2) return -1;
        if (minus) exponent = -exponent;
    }
    text rest = {raw.at + at, raw.size - at};
    if (rest.size) {
        if (same(rest, "ms", 2))
            unit = 1;
        else if (same(rest, "us", 2) || same(rest, "\xc2\xb5s", 3) || same(rest, "\xce\xbcs", 3))
            unit = 2;
        else if (same(rest, "ns", 2))
            unit = 3;
        else if (same(rest, "s", 1))
            unit = 0;
        else
            return -1;
    }
    int shift = 6 - places + exponent - 3 * unit;
    if (shift >= 0) {
        if (shift > 18) shift = 18;
        if (value > LONGEST_TIME / TENS[shift]) return (int64_t)LONGEST_TIME;
        value *= TENS[shift];
    } else {
        value = shift < -18 ? 0 : value / TENS[-shift];
    }
    return (int64_t)(value < LONGEST_TIME ? value : LONGEST_TIME);
}

static inline unsigned bucket(uint64_t value) {
    if (value < 32) return (unsigned)value;
    unsigned above = (unsigned)(64 - __builtin_clzll(value)) - 5;
    return 16 * above + (unsigned)(value >> above);
}

static int64_t days(int64_t year, int month, int64_t day) {
    year -= month <= 2;
    int64_t era = year / 400, of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year + day - 1 - 719468;
}

static int month_of(const char *at) {
    static const char names_of[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int each = 0; each < 12; each++)
        if (!memcmp(names_of + 3 * each, at, 3)) return each + 1;
    return 0;
}

/* HH:MM:SS[.,fraction] at the front; returns how long it is, 0: none. */
static size_t clock_at(const char *at, size_t size, int64_t *seconds) {
    int64_t hour, minute, second;
    if (size < 8 || at[2] != ':' || at[5] != ':' || !digits(at, 2, &hour) || !digits(at + 3, 2, &minute) ||
        !digits(at + 6, 2, &second))
        return 0;
    if (hour > 23 || minute > 59 || second > 60) return 0;
    *seconds = hour * 3600 + minute * 60 + second;
    size_t end = 8;
    if (end < size && (at[end] == '.' || at[end] == ',')) {
        size_t from = ++end;
        while (end < size && digit(at[end])) end++;
        if (end == from || end - from > 9) return 0;
    }
    return end;
}

/* The rest of a time: nothing, Z, or an offset. 0: something else. */
static int zone_at(const char *at, size_t size, int64_t *away, int *utc) {
    int64_t hours, minutes;
    *away = 0;
    *utc = 0;
    if (!size) return 1;
    *utc = 1;
    if (size == 1 && *at == 'Z') return 1;
    if (*at == ' ') at++, size--;
    if (size < 5 || (*at != '+' && *at != '-') || !digits(at + 1, 2, &hours)) return 0;
    size_t minutes_at = at[3] == ':' ? 4 : 3;
    if (size != minutes_at + 2 || !digits(at + minutes_at, 2, &minutes)) return 0;
    *away = (hours * 60 + minutes) * 60 * (*at == '-' ? -1 : 1);
    return 1;
}

static int dated(const char *at, size_t size, int64_t *day) {
    int64_t year, month, of_month;
    if (size != 10 || (at[4] != '-' && at[4] != '/') || (at[7] != '-' && at[7] != '/') || !digits(at, 4, &year) ||
        !digits(at + 5, 2, &month) || !digits(at + 8, 2, &of_month))
        return 0;
    if (year < 1970 || year > 2199 || month < 1 || month > 12 || of_month < 1 || of_month > 31) return 0;
    *day = days(year, (int)month, of_month);
    return 1;
}

static int named_day(const char *day, const char *month, const char *year, int64_t *made) {
    int64_t of_month, of_year;
    int number = month_of(month);
    if (!number || !digits(day, 2, &of_month) || !digits(year, 4, &of_year)) return 0;
    if (of_year < 1970 || of_year > 2199 || of_month < 1 || of_month > 31) return 0;
    *made = days(of_year, number, of_month);
    return 1;
}

static int parse_time(text raw, text date, int64_t *at, int *utc) {
    const char *p = raw.at;
    size_t n = raw.size, end;
    int64_t day, clock, away = 0;
    *utc = 0;
    if (n >= 20 && p[2] == '/' && p[6] == '/' && p[11] == ':') {
        if (!named_day(p, p + 3, p + 7, &day) || !(end = clock_at(p + 12, n - 12, &clock))) return 0;
        if (!zone_at(p + 12 + end, n - 12 - end, &away, utc)) return 0;
    } else if (n >= 19 && (p[4] == '-' || p[4] == '/')) {
        if (!dated(p, 10, &day) || (p[10] != 'T' && p[10] != ' ') || !(end = clock_at(p + 11, n - 11, &clock))) return 0;
        if (!zone_at(p + 11 + end, n - 11 - end, &away, utc)) return 0;
    } else if (n >= 24 && p[3] == ' ' && p[7] == ' ' && p[10] == ' ') {
        if (p[0] < 'A' || p[0] > 'Z' || p[1] < 'a' || p[1] > 'z' || p[2] < 'a' || p[2] > 'z') return 0;
        end = clock_at(p + 11, n - 11, &clock);
        if (!end || n != 11 + end + 5 || p[11 + end] != ' ' || !named_day(p + 8, p + 4, p + n - 4, &day)) return 0;
    } else if (n >= 8 && p[2] == ':') {
        if (clock_at(p, n, &clock) != n || !dated(date.at, date.size, &day)) return 0;
    } else {
        size_t whole = 0;
        while (whole < n && digit(p[whole])) whole++;
        if (whole < n) {
            size_t fraction = n - whole - 1;
            int64_t ignored;
            if (p[whole] != '.' || fraction < 1 || fraction > 9 || !digits(p + whole + 1, fraction, &ignored)) return 0;
        }
        uint64_t unit = whole == 9 || whole == 10 ? 1 : whole == 13 ? 1000 : whole == 16 ? 1000000 : 1000000000;
        if (unit == 1000000000 && whole != 19) return 0;
        uint64_t value = 0;
        for (size_t each = 0; each < whole; each++) value = value * 10 + (uint64_t)(p[each] - '0');
        *at = (int64_t)(value / unit);
        *utc = 1;
        return 1;
    }
    *at = day * 86400 + clock - away;
    return 1;
}

/* Seconds since 1970 in UTC; the last time read is remembered, since it mostly comes again. */
static int read_time(scan *in, text raw, text date, int naive_utc, int64_t *at) {
    if (raw.size != in->time_size || date.size != in->date_size || !equal(raw.at, in->time_text, raw.size) ||
        !equal(date.at, in->date_text, date.size)) {
        int64_t read = 0;
        int utc = 0, fits = parse_time(raw, date, &read, &utc);
        if (raw.size > sizeof in->time_text || date.size > sizeof in->date_text) return 0;
        memcpy(in->time_text, raw.at, raw.size);
        memcpy(in->date_text, date.at, date.size);
        in->time_size = raw.size;
        in->date_size = date.size;
        in->time_at = read;
        in->time_utc = utc;
        in->time_fits = fits;
    }
    *at = in->time_at;
    if (in->time_fits && !in->time_utc && !naive_utc) {
        size_t low = 0, high = in->zone_count;
        while (low < high) {
            size_t middle = (low + high) / 2;
            if (in->zones[middle].from <= in->time_at)
                low = middle + 1;
            else
                high = middle;
        }
        if (low) *at -= in->zones[low - 1].ahead;
    }
    return in->time_fits;
}

/* ---- reading a line (why502.logs.reading) ---- */

typedef struct {
    text of[ROLES]; /* those that `have` names */
    uint32_t have;
    const char *limit; /* the end of the block */
    char *scratch;     /* where escapes are undone */
    size_t scratch_used;
} values;

/* Up to where may be read around a value: it lies in the block, or among what was unescaped. */
static inline const char *limit_of(const values *read, text raw) {
    int in_scratch = raw.at >= read->scratch && raw.at <= read->scratch + LONGEST;
    return in_scratch ? raw.at + raw.size : read->limit;
}

static inline text get(const values *read, int role) {
    return read->have >> role & 1 ? read->of[role] : (text){read->limit, 0};
}

static inline int is_nothing(text raw) { return raw.size == 0 || (raw.size == 1 && raw.at[0] == '-'); }

static inline text known(text raw) {
    if (raw.size == 1 && raw.at[0] == '-') raw.size = 0;
    return raw;
}

static inline void keep(values *into, int role, int flags, text raw) {
    if (flags & PRESENT) {
        int none = is_nothing(raw) || raw.at[0] == '-';
        raw.at = "+";
        raw.size = !none;
    }
    if (flags & PORT)
        for (size_t at = raw.size; at; at--)
            if (raw.at[at - 1] == ':') {
                raw.size = at - 1;
                break;
            }
    into->of[role] = raw;
    into->have |= (uint32_t)1 << role;
}

/* Where a quoted value ends; `end`: nowhere. */
static inline const char *quoted_end(const char *at, const char *end, const char *limit, char stop, int quote) {
    if (quote == BACKSLASH) {
        while (at < end) {
            at = find_either(at, end, limit, stop, '\\');
            if (!at) return end;
            if (*at == stop) return at;
            at += 2;
        }
        return end;
    }
    const char *start = at;
    while (quote == LISTED && at < end) {
        const char *stops = find_byte(at, end, limit, stop);
        if (!stops) return end;
        if (end - stops > 2 && stops[1] == ':' && stops[2] == stop)
            at = stops + 3;
        else if (stops > start && stops[-1] == ',')
            at = stops + 1;
        else
            return stops;
    }
    while (quote == DOUBLED && at < end) {
        const char *stops = find_byte(at, end, limit, stop);
        if (!stops) return end;
        if (stops + 1 == end || stops[1] != stop) return stops;
        at = stops + 2;
    }
    return end;
}

static const char *find(const char *at, const char *end, const char *what, size_t size) {
    if ((size_t)(end - at) > FURTHEST_SEEK + size) end = at + FURTHEST_SEEK + size;
    while ((size_t)(end - at) >= size) {
        const char *first = memchr(at, what[0], (size_t)(end - at) - size + 1);
        if (!first) return NULL;
        if (!memcmp(first, what, size)) return first;
        at = first + 1;
    }
    return NULL;
}

/* Whether a literal stands here; short ones are compared as one number where the block is long enough. */
static inline int stands(const jump *by, const char *at, const char *end, const char *limit) {
    if ((size_t)(end - at) < by->size) return 0;
    if (by->mask && limit - at >= 8) return (load64(at, 8) & by->mask) == by->number;
    return equal(at, by->literal, by->size);
}

static inline const char *value_end(const jump *by, const char *at, const char *end, const char *limit) {
    if (!(by->flags & STOPS)) return end;
    if (by->quote) {
        const char *stops = quoted_end(at, end, limit, (char)by->stop, by->quote);
        return stops == end ? NULL : stops;
    }
    /* What nobody asks for is often long (a Referer, a User-Agent): then the library's loop is the faster one. */
    return by->role ? find_byte(at, end, limit, (char)by->stop) : memchr(at, by->stop, (size_t)(end - at));
}

#ifdef __SSE2__
/* Which of sixteen bytes a bare value may not hold. */
static inline unsigned blanks_in(__m128i bytes) {
    __m128i found = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(' '));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t')));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(found, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'))));
}
#endif

static int read_row(const scan *in, const plan *by, const char *at, const char *end, values *into) {
    const jump *each = in->jumps + by->first, *behind = each + by->jumps;
    const char *limit = into->limit;
#ifdef __SSE2__
    const int roomy = limit - end >= 16;
#endif
    for (; each < behind; each++) {
#ifdef __SSE2__
        if (each->quick && roomy) {
            const char *from = at;
            if (each->quick == LONG) {
                at = memchr(at, each->stop, (size_t)(end - at));
                if (!at) return 0;
            } else {
                const __m128i stop = _mm_loadu_si128((const __m128i *)(const void *)each->stops);
                for (;; at += 16) {
                    if (at >= end) return 0;
                    const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
                    unsigned mask = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, stop));
                    if (each->flags & BARE) {
                        /* Bytes up to the quote are rare in such values: only where there is one it is looked at closely. */
                        const __m128i quote = _mm_set1_epi8('"');
                        unsigned low = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(bytes, quote), bytes));
                        unsigned before = mask ? (mask & -mask) - 1 : 0xFFFF;
                        if (low & before && blanks_in(bytes) & before) return 0;
                    }
                    if (!mask) continue;
                    at += __builtin_ctz(mask);
                    break;
                }
                if (at >= end) return 0;
                if (each->role) keep(into, each->role, each->flags, (text){from, (size_t)(at - from)});
            }
            if ((load64(at, 8) & each->mask) != each->number) return 0;
            at += each->size;
            continue;
        }
#endif
        if (each->op == TAKE) {
            const char *stops = value_end(each, at, end, limit);
            if (!stops) return 0;
            if (each->flags & BARE)
                for (const char *byte = at; byte < stops; byte++)
                    if (*byte == ' ' || *byte == '\t' || *byte == '"') return 0;
            if (each->role) {
                text raw = {at, (size_t)(stops - at)};
                keep(into, each->role, each->flags, raw);
            }
            at = stops;
        } else if (each->op == SEEK) {
            at = find(at, end, each->literal, each->size);
            if (!at) return 0;
            at += each->size;
            continue;
        } else if (each->op == BLANKS) {
            const char *from = at;
            while (at < end && *at == ' ') at++;
            if (at == from) return 0;
        }
        if (each->size) {
            if (!stands(each, at, end, limit)) return 0;
            at += each->size;
        }
    }
    return at == end;
}

/* Whether a name's value counts; 0: the line is not of this plan. `met`: keys with `equals` that were met. */
static int keyed(const scan *in, const plan *by, int number, const char *path, size_t size, text raw, values *into,
                 uint64_t *met, int deep) {
    if (size > 255) return 1;
    for (uint64_t left = in->by_size[number][size]; left; left &= left - 1) {
        int which = __builtin_ctzll(left);
        const step *key = in->steps + by->first + which;
        if (key->deep != deep || !equal(in->literals + key->from, path, size)) continue;
        if (key->flags & EQUALS) {
            if (raw.size < key->equals_size || memcmp(raw.at, in->literals + key->equals_from, key->equals_size)) return 0;
            *met |= (uint64_t)1 << which;
        }
        if (key->role) keep(into, key->role, key->flags, raw);
    }
    return 1;
}

static int all_met(const scan *in, const plan *by, uint64_t met) {
    for (uint32_t each = 0; each < by->count; each++)
        if (in->steps[by->first + each].flags & EQUALS && !(met >> each & 1)) return 0;
    return 1;
}

static const char *started(const scan *in, const plan *by, const char *at, const char *end) {
    if (!by->start_size) return at;
    at = find(at, end, in->literals + by->start_from, by->start_size);
    return at ? at + by->start_size : NULL;
}

static inline int blank(char byte) { return byte == ' ' || byte == '\t'; }

static int read_logfmt(const scan *in, const plan *by, int number, const char *at, const char *end, values *into) {
    uint64_t met = 0;
    if (!(at = started(in, by, at, end))) return 0;
    while (at < end) {
        if (blank(*at)) {
            at++;
            continue;
        }
        const char *name = at;
        while (at < end && !blank(*at) && *at != '=') at++;
        if (at == end || *at != '=') continue;
        size_t size = (size_t)(at++ - name);
        text raw;
        if (at < end && *at == '"') {
            const char *stops = quoted_end(at + 1, end, into->limit, '"', BACKSLASH);
            if (stops == end) return 0;
            raw = (text){at + 1, (size_t)(stops - at - 1)};
            at = stops + 1;
        } else {
            const char *from = at;
            while (at < end && !blank(*at)) at++;
            raw = (text){from, (size_t)(at - from)};
        }
        if (!keyed(in, by, number, name, size, raw, into, &met, 0)) return 0;
    }
    return all_met(in, by, met);
}

static int hex_at(const char *at, const char *end, unsigned *made) {
    *made = 0;
    if (end - at < 4) return 0;
    for (int each = 0; each < 4; each++) {
        char byte = at[each];
        int value = digit(byte) ? byte - '0' : byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : byte >= 'A' && byte <= 'F' ? byte - 'A' + 10 : -1;
        if (value < 0) return 0;
        *made = *made * 16 + (unsigned)value;
    }
    return 1;
}

/* Undo JSON's escapes; the scratch is as long as the longest line, and what is undone is never longer than before. */
static text unescaped(values *into, text raw) {
    const char *end = raw.at + raw.size, *at = memchr(raw.at, '\\', raw.size);
    if (!at) return raw;
    char *made = into->scratch + into->scratch_used, *out = made;
    memcpy(out, raw.at, (size_t)(at - raw.at));
    out += at - raw.at;
    while (at < end) {
        unsigned point;
        if (*at != '\\' || at + 1 >= end) {
            *out++ = *at++;
        } else if (at[1] != 'u') {
            char byte = at[1];
            *out++ = (char)(byte == 'n' ? '\n' : byte == 't' ? '\t' : byte == 'r' ? '\r' : byte == 'b' ? '\b' : byte == 'f' ? '\f' : byte);
            at += 2;
        } else if (!hex_at(at + 2, end, &point) || (point >= 0xD800 && point <= 0xDFFF)) {
            *out++ = *at++;
            *out++ = *at++;
        } else {
            if (point < 0x80) {
                *out++ = (char)point;
            } else if (point < 0x800) {
                *out++ = (char)(0xC0 | point >> 6);
                *out++ = (char)(0x80 | (point & 63));
            } else {
                *out++ = (char)(0xE0 | point >> 12);
                *out++ = (char)(0x80 | (point >> 6 & 63));
                *out++ = (char)(0x80 | (point & 63));
            }
            at += 6;
        }
    }
    into->scratch_used += (size_t)(out - made);
    return (text){made, (size_t)(out - made)};
}

typedef struct {
    const scan *in;
    const plan *by;
    int number;
    const char *at, *end;
    values *into;
    uint64_t met;
    char path[256];
} walk;

static int walk_value(walk *w, size_t path, int cared, int deep);

static inline int next_is(walk *w, char byte) {
    while (w->at < w->end && blank(*w->at)) w->at++;
    if (w->at == w->end || *w->at != byte) return 0;
    w->at++;
    return 1;
}

static inline int walk_string(walk *w, text *raw) {
    const char *from = w->at, *stops = quoted_end(from, w->end, w->into->limit, '"', BACKSLASH);
    if (stops == w->end) return 0;
    *raw = (text){from, (size_t)(stops - from)};
    w->at = stops + 1;
    return 1;
}

/* Whether some key's path goes on below this one. */
static int cared_for(const walk *w, size_t size) {
    const step *key = w->in->steps + w->by->first;
    for (uint32_t each = 0; each < w->by->count; each++, key++)
        if (key->size > size && w->in->literals[key->from + size] == '\x1f' &&
            !memcmp(w->in->literals + key->from, w->path, size))
            return 1;
    return 0;
}

/* An object behind its brace. `path`: bytes of the path so far, with its last \x1f. */
static int walk_object(walk *w, size_t path, int cared, int deep) {
    if (deep >= DEEPEST) return 0;
    if (next_is(w, '}')) return 1;
    for (;;) {
        text name;
        if (!next_is(w, '"') || !walk_string(w, &name) || !next_is(w, ':')) return 0;
        size_t size = path + name.size;
        int here = cared && size < sizeof w->path;
        if (here) memcpy(w->path + path, name.at, name.size);
        if (!walk_value(w, size, here, deep)) return 0;
        if (next_is(w, '}')) return 1;
        if (!next_is(w, ',')) return 0;
    }
}

static int walk_array(walk *w, int deep) {
    if (deep >= DEEPEST) return 0;
    if (next_is(w, ']')) return 1;
    for (;;) {
        if (!walk_value(w, 0, 0, deep)) return 0;
        if (next_is(w, ']')) return 1;
        if (!next_is(w, ',')) return 0;
    }
}

static inline int counts(const walk *w, size_t path) { return w->in->by_size[w->number][path] != 0; }

static int walk_value(walk *w, size_t path, int cared, int deep) {
    while (w->at < w->end && blank(*w->at)) w->at++;
    if (w->at == w->end) return 0;
    text raw;
    switch (*w->at) {
    case '"':
        w->at++;
        if (!walk_string(w, &raw)) return 0;
        if (!cared || !counts(w, path)) return 1;
        return keyed(w->in, w->by, w->number, w->path, path, unescaped(w->into, raw), w->into, &w->met, deep);
    case '{': {
        w->at++;
        int below = cared && path + 1 < sizeof w->path && cared_for(w, path);
        if (below) w->path[path] = '\x1f';
        return walk_object(w, path + 1, below, deep + 1);
    }
    case '[':
        w->at++;
        return walk_array(w, deep + 1);
    default: {
        const char *from = w->at;
        while (w->at < w->end) {
            char byte = *w->at;
            if (byte == ',' || byte == '}' || byte == ']' || byte == ' ' || byte == '\t' || byte == '"' || byte == '{' ||
                byte == '[' || byte == ':')
                break;
            w->at++;
        }
        raw = (text){from, (size_t)(w->at - from)};
        if (!raw.size) return 0;
        if (!cared) return 1;
        if (same(raw, "null", 4)) raw.size = 0;
        return keyed(w->in, w->by, w->number, w->path, path, raw, w->into, &w->met, deep);
    }
    }
}

static int read_json(const scan *in, const plan *by, int number, const char *at, const char *end, values *into) {
    walk w = {in, by, number, NULL, end, into, 0, {0}};
    if (!(w.at = started(in, by, at, end)) || !next_is(&w, '{') || !walk_object(&w, 0, 1, 0)) return 0;
    for (; w.at < end; w.at++)
        if (!blank(*w.at) && *w.at != ',') return 0;
    return all_met(in, by, w.met);
}

/* ---- routes (why502.logs.routes) ---- */

static int known_method(text method) {
    static const char *all[] = {"GET",     "HEAD",     "POST",      "PUT",   "DELETE", "OPTIONS", "PATCH",  "CONNECT", "TRACE", "PROPFIND",
                                "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "REPORT", "SEARCH", "PURGE"};
    for (size_t each = 0; each < sizeof all / sizeof *all; each++)
        if (strlen(all[each]) == method.size && !memcmp(all[each], method.at, method.size)) return 1;
    return 0;
}

static text path_of(text target, const char *limit) {
    static const char root[64] = "/"; /* as long as whoever looks at a path may read */
    size_t scheme = target.size >= 7 && !memcmp(target.at, "http://", 7)    ? 7
                    : target.size >= 8 && !memcmp(target.at, "https://", 8) ? 8
                                                                            : 0;
    if (scheme) {
        const char *slash = memchr(target.at + scheme, '/', target.size - scheme);
        if (!slash) return (text){root, 1};
        target.size -= (size_t)(slash - target.at);
        target.at = slash;
    }
    const char *mark = find_either(target.at, target.at + target.size, limit, '?', '#');
    if (mark) target.size = (size_t)(mark - target.at);
    return target;
}

enum { IS_DIGIT = 1, IS_LETTER = 2, IS_ODD = 4, IS_SLASH = 8 };

static uint8_t class_of(unsigned char byte) {
    if (byte == '/') return IS_SLASH;
    if (byte <= 0x20 || byte >= 0x7F || byte == '"' || byte == '%' || byte == '\\') return IS_ODD;
    if (byte >= '0' && byte <= '9') return IS_DIGIT;
    return (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F') || byte == '-' ? 0 : IS_LETTER;
}

/* What a segment looks like: `found` digits, and the classes of all its bytes together. */
static int is_variable(char first, size_t size, unsigned found, unsigned all) {
    if (size > LONGEST_SEGMENT || all & IS_ODD) return 1;
    if (!found) return 0;
    if (found == size || found >= 4) return 1;
    if (first == 'v' && found == size - 1) return 0;
    return (found >= 2 && found * 3 >= size) || (size >= 8 && !(all & IS_LETTER));
}

enum { ROUTE_ROOM = 512 };

static int is_collapsed(const scan *in, const char *at, size_t size) {
    return in->collapsed.used && names_find(&in->collapsed, at, size, hashed(at, size)) != NO_ID;
}

static size_t name_route(const scan *in, text method, text path, char *made) {
    size_t used = 0;
    if (known_method(method)) {
        memcpy(made, method.at, method.size);
        used = method.size;
    } else {
        made[used++] = '*';
    }
    made[used++] = ' ';
    if (!path.size || path.at[0] != '/') {
        made[used++] = '*';
        return used;
    }
    const char *at = path.at + 1, *end = path.at + path.size;
    for (int number = 0;; number++) {
        if (number == MOST_SEGMENTS) {
            memcpy(made + used, "/**", 3);
            return used + 3;
        }
        const char *from = at;
        unsigned found = 0, all = 0;
        size_t parent = used++;
        made[parent] = '/';
        for (; at < end; at++) {
            unsigned class = in->classes[(unsigned char)*at];
            if (class == IS_SLASH) break;
            found += class & IS_DIGIT;
            all |= class;
            made[used++] = *at;
            if (used > parent + LONGEST_SEGMENT + 1) {
                at = find_byte(at, end, at, '/');
                if (!at) at = end;
                break;
            }
        }
        size_t size = (size_t)(at - from);
        if ((size && is_variable(*from, size, found, all)) || (size && is_collapsed(in, made, parent))) {
            made[parent + 1] = '*';
            used = parent + 2;
        }
        if (at == end) return used;
        at++;
    }
}

/* A hash of a method and a path, for the memory of routes alone: without a branch on how long the path is. */
static inline uint64_t hash_path(text method, text path, const char *limit) {
    uint64_t value = load64(method.at, method.size) ^ (uint64_t)method.size << 56;
#ifdef __SSE2__
    static const int8_t ones[64] = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
                                    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,
                                    0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0};
    if (path.size <= 32 && limit - path.at >= 32) {
        const int8_t *kept = ones + 32 - path.size;
        uint64_t words[4];
        for (int half = 0; half < 2; half++) {
            __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(path.at + 16 * half));
            bytes = _mm_and_si128(bytes, _mm_loadu_si128((const __m128i *)(const void *)(kept + 16 * half)));
            _mm_storeu_si128((__m128i *)(void *)(words + 2 * half), bytes);
        }
        uint64_t one = (value ^ words[0]) * 0x9E3779B97F4A7C15u, other = (words[1] ^ path.size) * 0x9FB21C651E98DF25u;
        one = (one ^ one >> 32 ^ words[2]) * 0x9FB21C651E98DF25u;
        other = (other ^ other >> 29 ^ words[3]) * 0x9E3779B97F4A7C15u;
        return mixed(one ^ other >> 31 ^ other << 7);
    }
#else
    (void)limit;
#endif
    return mixed(hashed(path.at, path.size) ^ value * 0x9E3779B97F4A7C15u);
}

static uint32_t route_of(scan *in, text method, text target, const char *limit) {
    if (!method.size) return names_add(&in->routes, "-", 1, hashed("-", 1));
    text path = path_of(target, limit);
    uint64_t hash = hash_path(method, path, limit);
    size_t place = hash & (CACHED_ROUTES - 1);
    if (method.size <= 8 && in->route_cache[place].hash == hash) return in->route_cache[place].id;
    char made[ROUTE_ROOM];
    size_t size = name_route(in, method, path, made);
    uint32_t id = names_add(&in->routes, made, size, hashed(made, size));
    if (method.size <= 8 && id != NO_ID) {
        in->route_cache[place].hash = hash;
        in->route_cache[place].id = id;
    }
    return id;
}

static uint32_t upstream_of(scan *in, text name) {
    if (name.size > LONGEST_UPSTREAM) name.size = LONGEST_UPSTREAM;
    uint32_t size = (uint32_t)name.size;
    int short_name = name.size >= 8 && name.size <= 24;
    upstream_memory *last = NULL;
    uint64_t key[3] = {0, 0, 0};
    if (short_name) {
        key[0] = load64(name.at, 8);
        key[1] = load64(name.at + name.size / 2 - 4, 8);
        key[2] = load64(name.at + name.size - 8, 8);
        last = &in->last_upstreams[(key[2] * 0x9E3779B97F4A7C15u ^ key[1] * 0x9FB21C651E98DF25u) >> 56];
        if (last->size == name.size && last->key[0] == key[0] && last->key[1] == key[1] && last->key[2] == key[2]) return last->id;
    }
    uint64_t hash = hashed(name.at, name.size);
    if (hash > in->upstreams_below && name.size) {
        name = (text){"(others)", 8};
        hash = hashed(name.at, name.size);
    }
    uint32_t id = names_add(&in->upstreams, name.at, name.size, hash);
    if (short_name && id != NO_ID) *last = (upstream_memory){{key[0], key[1], key[2]}, size, id};
    return id;
}

/* ---- counting ---- */

static inline void lower(const scan *in, cell *key) {
    int served = key->b >> 56 == SERVED;
    int route_lost = in->level >= (served ? 1 : 3), upstream_lost = in->level >= (served ? 2 : 4);
    if (route_lost) key->b |= NO_ID;
    if (upstream_lost) key->a |= (uint64_t)NO_ID << 32;
}

/* What a cell loses to the level is kept by itself: `by_route`, `by_upstream` hold that, and no more. */
static inline int cells_add(scan *in, cell key, uint64_t count) {
    cell kept = key;
    lower(in, &kept);
    uint64_t what = key.b & 0xFFFFFFFF00000000u;
    if ((uint32_t)kept.b != (uint32_t)key.b && key.b >> 56 <= FAILURE) {
        cell route = {0, key.b};
        if (table_add(&in->by_route, route, count)) return FAILED;
    }
    if (kept.a >> 32 != key.a >> 32) {
        cell upstream = {key.a & 0xFFFFFFFF00000000u, what};
        if (table_add(&in->by_upstream, upstream, count)) return FAILED;
    }
    return table_add(&in->cells, kept, count);
}

/* The sums over all cells, by minute, upstream and route, together with what they have lost. */
int scan_sums(const scan *in, table *by_minute, table *by_upstream, table *by_route) {
    const struct {
        table *to;
        const table *of;
    } lost[] = {{by_upstream, &in->by_upstream}, {by_route, &in->by_route}};
    memset(by_minute, 0, sizeof *by_minute);
    memset(by_upstream, 0, sizeof *by_upstream);
    memset(by_route, 0, sizeof *by_route);
    if (table_make(by_minute, 4096) || table_make(by_upstream, 1024) || table_make(by_route, 1024)) return FAILED;
    for (size_t which = 0; which < 2; which++)
        for (size_t each = 0; each <= lost[which].of->mask; each++) {
            const slot *one = &lost[which].of->slots[each];
            if (one->count && table_add(lost[which].to, one->key, one->count)) return FAILED;
        }
    for (size_t each = 0; each <= in->cells.mask; each++) {
        const slot *one = &in->cells.slots[each];
        if (!one->count) continue;
        uint64_t what = one->key.b & 0xFFFFFFFF00000000u;
        cell minute = {one->key.a & 0xFFFFFFFFu, what}, upstream = {one->key.a & 0xFFFFFFFF00000000u, what}, route = {0, one->key.b};
        if (table_add(by_minute, minute, one->count)) return FAILED;
        if (one->key.a >> 32 != NO_ID && table_add(by_upstream, upstream, one->count)) return FAILED;
        if ((uint32_t)one->key.b != NO_ID && one->key.b >> 56 <= FAILURE && table_add(by_route, route, one->count)) return FAILED;
    }
    return 0;
}

int scan_lower(scan *in, int level) {
    table before = in->cells;
    if (level <= in->level) return 0;
    if (table_make(&in->cells, 4096)) {
        in->cells = before;
        return FAILED;
    }
    in->level = level;
    int failed = 0;
    for (size_t each = 0; each <= before.mask && !failed; each++)
        if (before.slots[each].count) failed = cells_add(in, before.slots[each].key, before.slots[each].count);
    free(before.slots);
    return failed;
}

int scan_bound_cells(scan *in) {
    if (scan_fold(in)) return FAILED;
    while (in->cells.used > MOST_CELLS && in->level < MOST_LEVEL)
        if (scan_lower(in, in->level + 1)) return FAILED;
    return 0;
}

static int fold_times(names *of, table *into) {
    for (size_t id = 0; id < of->used; id++) {
        if (!of->times[id]) continue;
        for (uint32_t each = 0; each < BUCKETS; each++) {
            if (!of->times[id][each]) continue;
            cell key = {(uint64_t)id << 32 | each, 0};
            if (table_add(into, key, of->times[id][each])) return FAILED;
            of->times[id][each] = 0;
        }
    }
    return 0;
}

static int fold_hot(scan *in) {
    for (size_t each = 0; each <= in->hot.mask; each++) {
        slot *one = &in->hot.slots[each];
        if (each + AHEAD <= in->hot.mask && one[AHEAD].count) { /* the cells lie anywhere: fetch them before they are needed */
            cell next = one[AHEAD].key;
            lower(in, &next);
            __builtin_prefetch(&in->cells.slots[hash_cell(next) & in->cells.mask]);
        }
        if (one->count && cells_add(in, one->key, one->count)) return FAILED;
        one->count = 0;
    }
    in->hot.used = 0;
    return 0;
}

int scan_fold(scan *in) {
    in->timed = 0;
    return fold_hot(in) || fold_times(&in->upstreams, &in->upstream_times) || fold_times(&in->routes, &in->route_times) ? FAILED : 0;
}

static inline int count_cell(scan *in, cell key) {
    if (in->hot.used > HOT_SLOTS / 2 && fold_hot(in)) return FAILED;
    table_put(&in->hot, key, 1);
    return 0;
}

static inline int count_time(names *of, uint32_t id, int64_t span) {
    if (span < 0) return 0;
    if (!of->times[id] && !(of->times[id] = calloc(BUCKETS, sizeof(uint32_t)))) return FAILED;
    of->times[id][bucket((uint64_t)span)]++;
    if ((uint64_t)span > of->slowest[id]) of->slowest[id] = (uint64_t)span;
    return 0;
}

static inline text word_of(text raw) {
    if (raw.size > WORD) raw.size = WORD;
    return raw;
}

static inline uint64_t stirred(uint64_t value, text raw) {
    uint64_t own = raw.size <= 8 ? load64(raw.at, raw.size) ^ (uint64_t)raw.size << 56 : hashed(raw.at, raw.size);
    value = (value ^ own) * 0x9FB21C651E98DF25u;
    return value ^ value >> 31;
}

enum { WORDS = 15 << WORD_A };

static int ask_judge(scan *in, const values *read, int number, int status, text upstream_status, int upstream, int last) {
    signs made = {number, status, last, upstream, upstream_status, {{0}}};
    for (int each = 0; each < 4; each++) made.words[each] = word_of(get(read, WORD_A + each));
    return in->ask(in->context, &made);
}

/* The judge's answer, remembered; it is asked anew only where more kinds of signs come than a gateway can have. */
static int judged(scan *in, const values *read, int number, int status, text upstream_status, int upstream, int last) {
    upstream_status = word_of(upstream_status);
    uint64_t hash = (uint64_t)number << 32 | (uint64_t)status << 8 | (uint64_t)last << 2 | (uint64_t)upstream;
    hash = stirred(hash * 0x9E3779B97F4A7C15u, upstream_status);
    for (uint32_t left = read->have & WORDS; left; left &= left - 1) {
        int role = __builtin_ctz(left);
        if (read->of[role].size) hash = stirred(hash ^ (uint64_t)role << 48, word_of(read->of[role]));
    }
    hash ^= hash >> 33;
    hash += !hash;
    size_t at = hash & (JUDGED_SLOTS - 1);
    while (in->judged[at].hash) {
        if (in->judged[at].hash == hash) return in->judged[at].answer;
        at = (at + 1) & (JUDGED_SLOTS - 1);
    }
    int answer = ask_judge(in, read, number, status, upstream_status, upstream, last);
    if (answer >= 0 && in->judged_used < JUDGED_SLOTS / 2) {
        in->judged[at].hash = hash;
        in->judged[at].answer = answer;
        in->judged_used++;
    }
    return answer;
}

typedef struct {
    text names[MOST_ATTEMPTS];
    int count;
} list;

static void split(text raw, list *into) {
    const char *at = raw.at, *end = raw.at + raw.size;
    into->count = 0;
    for (;;) {
        const char *stop = at;
        size_t gap = 0;
        for (; stop < end; stop++) {
            if (*stop == ',' && stop + 1 < end && stop[1] == ' ') {
                gap = 2;
                break;
            }
            if (*stop == ' ' && stop + 2 < end && stop[1] == ':' && stop[2] == ' ') {
                gap = 3;
                break;
            }
        }
        text piece = {at, (size_t)(stop - at)};
        if (into->count < MOST_ATTEMPTS)
            into->names[into->count++] = piece;
        else
            into->names[MOST_ATTEMPTS - 1] = piece;
        if (!gap) return;
        at = stop + gap;
    }
}

static inline int has_blank(text raw, const char *limit) {
    return find_byte(raw.at, raw.at + raw.size, limit, ' ') != NULL;
}

static inline text first_of(text raw, const char *limit) {
    if (!has_blank(raw, limit)) return raw;
    list all;
    split(raw, &all);
    return all.names[0];
}

static text nth(const list *of, int number) { return number < of->count ? of->names[number] : (text){"", 0}; }

typedef struct {
    scan *in;
    const plan *by;
    int number;
    const values *read;
    int64_t at;
    int status;
    text method, target, client;
    uint32_t file;
    uint64_t offset;
    text line;
    const char *limit; /* up to where what method and target lie in may be read */
} counted;

static int wait_for(const counted *c, cell what, int message) {
    scan *in = c->in;
    text key = known(get(c->read, KEY));
    waiting given = {0, place_of(c->file, c->offset), c->at, what, (uint32_t)message};
    in->wait_total++;
    if (key.size) {
        given.key = hashed(key.at, key.size) & ~(uint64_t)1;
        if (wait_add(in, given)) return FAILED;
    }
    if (c->client.size && (message || !key.size)) {
        given.key = hashed(c->client.at, c->client.size) | 1;
        given.side |= 2;
        if (wait_add(in, given)) return FAILED;
    }
    return 0;
}

static inline int answer_of(const counted *c, text upstream, text upstream_status, int last) {
    int named = upstream.size > 0;
    if (named && c->status >= 500 && !memchr(upstream.at, ':', upstream.size)) named = 2;
    return judged(c->in, c->read, c->number, c->status, upstream_status, named, last);
}

static int count_attempt(const counted *c, text upstream, int64_t span, int last, int failed, int answer, uint32_t route) {
    scan *in = c->in;
    int failure = answer >> 8 & 255, outcome = last ? (answer & 1 ? FAILURE : SERVED) : failed ? TRIED : RESCUED;
    uint32_t minute = (uint32_t)(c->at / 60), id = upstream_of(in, upstream);
    if (id == NO_ID) return FAILED;
    cell what = make_cell(minute, id, route, c->status, failure, outcome);
    if (count_cell(in, what)) return FAILED;
    if (upstream.size && count_time(&in->upstreams, id, span)) return FAILED;
    if (answer & 2 && wait_for(c, what, 0)) return FAILED;
    if (outcome != SERVED && keep_sample(in, minute, failure, c->file, c->offset, c->line)) return FAILED;
    return 0;
}

static int count_request(counted *c) {
    scan *in = c->in;
    const values *read = c->read;
    uint64_t client_hash = c->client.size ? hashed(c->client.at, c->client.size) : 0;
    __builtin_prefetch(&in->seen.hashes[client_hash & in->seen.mask]);
    uint32_t route = route_of(in, c->method, c->target, c->limit);
    if (route == NO_ID) return FAILED;
    int64_t whole = read_time_span(get(read, SECONDS), c->by->units[0]), span;
    int unit = c->by->units[1];
    int answer;
    text upstreams = get(read, UPSTREAM);
    int lists = c->by->flags & LISTS, listed = lists && has_blank(upstreams, limit_of(read, upstreams));
    if (!listed) {
        text upstream = known(upstreams), status = get(read, UPSTREAM_STATUS), spans = get(read, UPSTREAM_SECONDS);
        if (lists) {
            status = first_of(status, limit_of(read, status));
            spans = first_of(spans, limit_of(read, spans));
        }
        span = read_time_span(spans, unit);
        answer = answer_of(c, upstream, known(status), 1);
        if (answer < 0) return JUDGE_FAILED;
        if (count_attempt(c, upstream, span < 0 ? whole : span, 1, answer & 1, answer, route)) return FAILED;
    } else {
        list names_of, statuses, spans;
        split(upstreams, &names_of);
        split(get(read, UPSTREAM_STATUS), &statuses);
        split(get(read, UPSTREAM_SECONDS), &spans);
        int count = names_of.count;
        text upstream = known(nth(&names_of, count - 1)), status = known(nth(&statuses, count - 1));
        answer = answer_of(c, upstream, status, 1);
        if (answer < 0) return JUDGE_FAILED;
        span = read_time_span(nth(&spans, count - 1), unit);
        text ended = upstream;
        int failed = answer & 1, last = answer;
        for (int each = 0; each < count - 1; each++) {
            upstream = known(nth(&names_of, each));
            status = known(nth(&statuses, each));
            answer = answer_of(c, upstream, status, 0);
            if (answer < 0) return JUDGE_FAILED;
            if (!(answer & 1)) continue;
            if (count_attempt(c, upstream, read_time_span(nth(&spans, each), unit), 0, failed, answer, route)) return FAILED;
        }
        answer = last;
        if (count_attempt(c, ended, span < 0 && count == 1 ? whole : span, 1, failed, answer, route)) return FAILED;
    }
    if (count_time(&in->routes, route, whole >= 0 ? whole : span)) return FAILED;
    if (c->client.size) {
        if (clients_add(&in->seen, 0, client_hash)) return FAILED;
        if (answer & 1 && clients_add(&in->hit, (uint32_t)(c->at / 60), client_hash)) return FAILED;
    }
    if (++in->timed >= (uint64_t)1 << 26 && scan_fold(in)) return FAILED;
    return 0;
}

static int count_message(counted *c, file_counts *file) {
    scan *in = c->in;
    text upstream = known(get(c->read, UPSTREAM));
    int answer = answer_of(c, upstream, known(get(c->read, UPSTREAM_STATUS)), 1);
    if (answer < 0) return JUDGE_FAILED;
    int failure = answer >> 8 & 255;
    if (!failure) {
        file->other++;
        return 0;
    }
    uint32_t route = c->method.size ? route_of(in, c->method, c->target, c->limit) : names_add(&in->routes, "-", 1, hashed("-", 1));
    uint32_t id = upstream_of(in, upstream), minute = (uint32_t)(c->at / 60);
    if (route == NO_ID || id == NO_ID) return FAILED;
    cell what = make_cell(minute, id, route, c->status, failure, MESSAGE);
    if (count_cell(in, what) || wait_for(c, what, 1)) return FAILED;
    return keep_sample(in, minute, failure, c->file, c->offset, c->line);
}

static inline int has_needs(const plan *by, const values *read) {
    if (by->needs & ~read->have) return 0;
    for (uint32_t left = by->needs; left; left &= left - 1)
        if (!read->of[__builtin_ctz(left)].size) return 0;
    return 1;
}

/* METHOD TARGET PROTOCOL: up to the first blank, and from the last " HTTP/" on. */
static void split_request(text request, const char *limit, text *method, text *target) {
    const char *end = request.at + request.size, *blank_at = find_byte(request.at, end, limit, ' ');
    *method = *target = (text){request.at, 0};
    if (!blank_at || end - blank_at < 7) return;
    const char *at = end - 6;
    if (end - blank_at > 9 && load64(end - 9, 8) == load64(" HTTP/1.", 8)) at = end - 9;
    for (; at > blank_at; at--) {
        if (*at != ' ' || memcmp(at, " HTTP/", 6)) continue;
        *method = (text){request.at, (size_t)(blank_at - request.at)};
        *target = (text){blank_at + 1, (size_t)(at - blank_at - 1)};
        return;
    }
}

static int count_line(scan *in, const char *at, size_t size, uint32_t file_number, uint64_t offset, values *read) {
    file_counts *file = &in->files[file_number];
    file->lines++;
    text line = {at, size};
    if (size && at[size - 1] == '\r') line.size--;
    while (line.size && !*at) at++, line.at++, line.size--; /* what stands before a file that was cut in use */
    if (line.size && line.size <= LONGEST) {
        for (int number = 0; number < in->plan_count; number++) {
            const plan *by = &in->plans[number];
            const char *end = at + line.size;
            read->have = 0;
            read->scratch_used = 0;
            int fits = by->shape == ROW    ? read_row(in, by, at, end, read)
                       : by->shape == JSON ? read_json(in, by, number, at, end, read)
                                           : read_logfmt(in, by, number, at, end, read);
            if (!fits || !has_needs(by, read)) continue;
            counted c = {in, by, number, read, 0, 0, {at, 0}, {at, 0}, {at, 0}, file_number, offset, line, read->limit};
            int timed = read_time(in, get(read, TIME), get(read, DATE), by->flags & NAIVE_UTC, &c.at);
            if ((!timed && by->kind != KIND_OTHER) || !read_status(get(read, STATUS), &c.status)) continue;
            file->plans[number]++;
            if (by->kind == KIND_OTHER) {
                file->other++;
                return 0;
            }
            if (c.at < in->since || c.at > in->until) {
                file->outside++;
                return 0;
            }
            if (c.at < file->first) file->first = c.at;
            if (c.at > file->last) file->last = c.at;
            if (get(read, REQUEST).size) {
                text request = get(read, REQUEST);
                split_request(request, limit_of(read, request), &c.method, &c.target);
            } else {
                c.method = get(read, METHOD);
                c.target = get(read, PATH);
            }
            c.limit = limit_of(read, c.target);
            c.client = known(get(read, CLIENT));
            return by->kind == KIND_REQUEST ? count_request(&c) : count_message(&c, file);
        }
    }
    if (!line.size) {
        file->other++;
        return 0;
    }
    file->unparsed++;
    return keep_sample(in, 0, UNPARSED, file_number, offset, line);
}

static int files_room(scan *in, uint32_t file) {
    if (file < in->file_count) return 0;
    size_t count = (size_t)file + 1;
    file_counts *grown = realloc(in->files, count * sizeof *grown);
    if (!grown) return FAILED;
    in->files = grown;
    for (size_t each = in->file_count; each < count; each++) {
        memset(&grown[each], 0, sizeof *grown);
        grown[each].first = INT64_MAX;
        grown[each].last = INT64_MIN;
    }
    in->file_count = count;
    return 0;
}

int scan_block(scan *in, const char *block, size_t size, uint32_t file, uint64_t offset, int last, size_t *consumed) {
    const char *at = block, *end = block + size;
    values read;
    int outcome = DONE;
    *consumed = 0;
    read.limit = end;
    if (files_room(in, file)) return FAILED;
    read.scratch = in->scratch;
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (!stop) {
            if (!last) break;
            stop = end;
        }
        outcome = count_line(in, at, (size_t)(stop - at), file, offset + (uint64_t)(at - block), &read);
        at = stop < end ? stop + 1 : end;
        if (outcome) break;
        if (in->routes.used > MOST_ROUTES) outcome = ROUTES_FULL;
        if (in->upstreams.used > MOST_UPSTREAMS + 2) outcome = UPSTREAMS_FULL;
        if (in->cells.used > MOST_CELLS && in->level < MOST_LEVEL) outcome = CELLS_FULL;
        if (outcome) break;
    }
    *consumed = (size_t)(at - block);
    return outcome;
}

int scan_too_long(scan *in, const char *head, size_t size, uint32_t file, uint64_t offset) {
    if (files_room(in, file)) return FAILED;
    in->files[file].lines++;
    in->files[file].unparsed++;
    text line = {head, size};
    return keep_sample(in, 0, UNPARSED, file, offset, line);
}

/* ---- fewer names ---- */

static int renamed_table(table *in, const uint32_t *ids, int where) {
    table before = *in;
    if (table_make(in, before.mask + 1)) {
        *in = before;
        return FAILED;
    }
    for (size_t each = 0; each <= before.mask; each++) {
        if (!before.slots[each].count) continue;
        cell key = before.slots[each].key;
        if (where == 0) { /* upper half of a */
            uint32_t id = (uint32_t)(key.a >> 32);
            key.a = (key.a & 0xFFFFFFFFu) | (uint64_t)(id == NO_ID ? NO_ID : ids[id]) << 32;
        } else {
            uint32_t id = (uint32_t)key.b;
            key.b = (key.b & 0xFFFFFFFF00000000u) | (id == NO_ID ? NO_ID : ids[id]);
        }
        table_put(in, key, before.slots[each].count);
    }
    free(before.slots);
    return 0;
}

static void rename_waits(scan *in, const uint32_t *ids, int upstream) {
    for (size_t each = 0; each < in->wait_used; each++) {
        cell *key = &in->waits[each].what;
        if (upstream)
            key->a = (key->a & 0xFFFFFFFFu) | (uint64_t)ids[key->a >> 32] << 32;
        else
            key->b = (key->b & 0xFFFFFFFF00000000u) | ids[(uint32_t)key->b];
    }
}

static size_t name_again(const scan *in, const char *at, size_t size, char *made) {
    const char *end = at + size, *gap = memchr(at, ' ', size);
    if (!gap || gap + 1 >= end || gap[1] != '/') {
        memcpy(made, at, size);
        return size;
    }
    size_t used = (size_t)(gap + 1 - at);
    memcpy(made, at, used);
    at = gap + 2;
    for (;;) {
        const char *slash = memchr(at, '/', (size_t)(end - at));
        size_t length = (size_t)((slash ? slash : end) - at);
        int variable = length && !(length == 2 && at[0] == '*' && at[1] == '*') && is_collapsed(in, made, used);
        made[used++] = '/';
        if (variable) {
            made[used++] = '*';
        } else {
            memcpy(made + used, at, length);
            used += length;
        }
        if (!slash) return used;
        at = slash + 1;
    }
}

int scan_collapse(scan *in, const char *prefix, size_t size) {
    return names_add(&in->collapsed, prefix, size, hashed(prefix, size)) == NO_ID ? FAILED : 0;
}

int scan_rename(scan *in) {
    if (scan_fold(in)) return FAILED;
    names fresh;
    uint32_t *ids = malloc((in->routes.used + 1) * sizeof *ids);
    if (!ids || names_make(&fresh, 1024)) {
        free(ids);
        return FAILED;
    }
    for (size_t each = 0; each < in->routes.used; each++) {
        char made[ROUTE_ROOM];
        size_t size = name_again(in, in->routes.text.bytes + in->routes.from[each], in->routes.size[each], made);
        ids[each] = names_add(&fresh, made, size, hashed(made, size));
        if (ids[each] == NO_ID) {
            free(ids);
            names_free(&fresh);
            return FAILED;
        }
        if (in->routes.slowest[each] > fresh.slowest[ids[each]]) fresh.slowest[ids[each]] = in->routes.slowest[each];
    }
    names_free(&in->routes);
    in->routes = fresh;
    memset(in->route_cache, 0, CACHED_ROUTES * sizeof *in->route_cache);
    int failed = renamed_table(&in->cells, ids, 1) || renamed_table(&in->by_route, ids, 1) || renamed_table(&in->route_times, ids, 0);
    rename_waits(in, ids, 0);
    free(ids);
    return failed ? FAILED : 0;
}

int scan_limit_upstreams(scan *in, uint64_t below) {
    if (scan_fold(in)) return FAILED;
    in->upstreams_below = below;
    names fresh, before = in->upstreams;
    uint32_t *ids = malloc((before.used + 1) * sizeof *ids);
    if (!ids || names_make(&fresh, 1024)) {
        free(ids);
        return FAILED;
    }
    in->upstreams = fresh;
    memset(in->last_upstreams, 0, sizeof in->last_upstreams);
    for (size_t each = 0; each < before.used; each++) {
        text name = {before.text.bytes + before.from[each], before.size[each]};
        ids[each] = same(name, "(others)", 8) ? names_add(&in->upstreams, name.at, 8, hashed(name.at, 8)) : upstream_of(in, name);
        if (ids[each] == NO_ID) {
            names_free(&in->upstreams);
            in->upstreams = before;
            free(ids);
            return FAILED;
        }
        if (before.slowest[each] > in->upstreams.slowest[ids[each]]) in->upstreams.slowest[ids[each]] = before.slowest[each];
    }
    names_free(&before);
    int failed = renamed_table(&in->cells, ids, 0) || renamed_table(&in->by_upstream, ids, 0) || renamed_table(&in->upstream_times, ids, 0);
    rename_waits(in, ids, 1);
    free(ids);
    return failed ? FAILED : 0;
}

/* ---- merging ---- */

static uint32_t *mapped(names *into, const names *from, scan *limited) {
    uint32_t *ids = malloc((from->used + 1) * sizeof *ids);
    for (size_t each = 0; ids && each < from->used; each++) {
        text name = {from->text.bytes + from->from[each], from->size[each]};
        if (limited && !same(name, "(others)", 8))
            ids[each] = upstream_of(limited, name);
        else
            ids[each] = names_add(into, name.at, name.size, hashed(name.at, name.size));
        if (ids[each] == NO_ID) {
            free(ids);
            return NULL;
        }
        if (from->slowest[each] > into->slowest[ids[each]]) into->slowest[ids[each]] = from->slowest[each];
    }
    return ids;
}

static cell moved(cell key, const uint32_t *upstreams, const uint32_t *routes) {
    uint32_t upstream = (uint32_t)(key.a >> 32), route = (uint32_t)key.b;
    if (upstreams && upstream != NO_ID) key.a = (key.a & 0xFFFFFFFFu) | (uint64_t)upstreams[upstream] << 32;
    if (routes && route != NO_ID) key.b = (key.b & 0xFFFFFFFF00000000u) | routes[route];
    return key;
}

static int merge_tables(scan *into, scan *from, const uint32_t *upstreams, const uint32_t *routes) {
    struct {
        table *to, *of;
        const uint32_t *upstreams, *routes;
    } all[] = {{&into->by_upstream, &from->by_upstream, upstreams, NULL},
               {&into->by_route, &from->by_route, NULL, routes},
               {&into->upstream_times, &from->upstream_times, upstreams, NULL},
               {&into->route_times, &from->route_times, routes, NULL}};
    for (size_t which = 0; which < sizeof all / sizeof *all; which++)
        for (size_t each = 0; each <= all[which].of->mask; each++) {
            slot *one = &all[which].of->slots[each];
            if (one->count && table_add(all[which].to, moved(one->key, all[which].upstreams, all[which].routes), one->count)) return FAILED;
        }
    for (size_t each = 0; each <= from->cells.mask; each++) {
        slot *one = &from->cells.slots[each];
        if (one->count && cells_add(into, moved(one->key, upstreams, routes), one->count)) return FAILED;
    }
    return 0;
}

static int merge_clients(clients *into, const clients *from) {
    if (from->below < into->below && clients_limit(into, from->below)) return FAILED;
    for (size_t each = 0; each <= from->mask; each++)
        if (from->hashes[each] && clients_add(into, minute_of(from, each), from->hashes[each])) return FAILED;
    return 0;
}

static int merge_rest(scan *into, scan *from, const uint32_t *upstreams, const uint32_t *routes) {
    if (merge_clients(&into->seen, &from->seen) || merge_clients(&into->hit, &from->hit)) return FAILED;
    while (into->sample_level < from->sample_level)
        if (samples_coarsen(into)) return FAILED;
    for (size_t each = 0; each <= from->sample_mask; each++)
        if (from->samples[each].key && samples_put(into, (sample){0, from->samples[each].place, from->samples[each].offset, from->samples[each].minute, from->samples[each].file, from->samples[each].size, from->samples[each].failure, NULL}, from->samples[each].line))
            return FAILED;
    if (from->wait_below < into->wait_below) waits_limit(into, from->wait_below);
    for (size_t each = 0; each < from->wait_used; each++) {
        waiting one = from->waits[each];
        one.what = moved(one.what, upstreams, routes);
        if (wait_add(into, one)) return FAILED;
    }
    into->wait_total += from->wait_total;
    if (from->file_count && files_room(into, (uint32_t)from->file_count - 1)) return FAILED;
    for (size_t each = 0; each < from->file_count; each++) {
        file_counts *to = &into->files[each], *of = &from->files[each];
        to->lines += of->lines;
        to->unparsed += of->unparsed;
        to->other += of->other;
        to->outside += of->outside;
        for (int number = 0; number < MOST_PLANS; number++) to->plans[number] += of->plans[number];
        if (of->first < to->first) to->first = of->first;
        if (of->last > to->last) to->last = of->last;
    }
    return 0;
}

int scan_merge(scan *into, scan *from) {
    if (scan_fold(into) || scan_fold(from)) return FAILED;
    for (size_t each = 0; each < from->collapsed.used; each++)
        if (scan_collapse(into, from->collapsed.text.bytes + from->collapsed.from[each], from->collapsed.size[each])) return FAILED;
    for (size_t each = 0; each < into->collapsed.used; each++)
        if (scan_collapse(from, into->collapsed.text.bytes + into->collapsed.from[each], into->collapsed.size[each])) return FAILED;
    if (into->collapsed.used && (scan_rename(into) || scan_rename(from))) return FAILED;
    if (from->upstreams_below < into->upstreams_below && scan_limit_upstreams(into, from->upstreams_below)) return FAILED;
    if (scan_lower(into, from->level)) return FAILED;
    uint32_t *upstreams = mapped(&into->upstreams, &from->upstreams, into), *routes = mapped(&into->routes, &from->routes, NULL);
    int failed = !upstreams || !routes || merge_tables(into, from, upstreams, routes) || merge_rest(into, from, upstreams, routes);
    free(upstreams);
    free(routes);
    return failed ? FAILED : 0;
}

/* ---- making and ending ---- */

static void units(plan *by, const step *one) {
    if (one->role == SECONDS) by->units[0] = one->unit;
    if (one->role == UPSTREAM_SECONDS) by->units[1] = one->unit;
}

/* Lists hold blanks: where all three columns are bare, every line has one attempt. */
static int may_list(const scan *made, const plan *by) {
    for (uint32_t each = 0; each < by->count; each++) {
        const step *one = &made->steps[by->first + each];
        int column = one->role == UPSTREAM || one->role == UPSTREAM_STATUS || one->role == UPSTREAM_SECONDS;
        if (one->op == TAKE && column && !(one->flags & BARE)) return 1;
    }
    return 0;
}

/* A value and the literal behind it are one jump. */
static void make_jumps(scan *made) {
    for (int number = 0; number < made->plan_count; number++) {
        plan *by = &made->plans[number];
        by->jumps = 0;
        if (by->flags & ATTEMPTS) by->flags |= LISTS;
        if (by->shape != ROW) continue;
        if (!may_list(made, by)) by->flags &= (uint8_t)~LISTS;
        for (uint32_t each = 0; each < by->count; each++) {
            const step *one = &made->steps[by->first + each];
            jump *to = &made->jumps[by->first + by->jumps];
            int joins = one->op == LITERAL && by->jumps && to[-1].op != SEEK && !to[-1].size;
            if (joins)
                to--;
            else
                *to = (jump){.op = one->op, .role = one->role, .stop = one->stop, .quote = one->quote, .flags = one->flags};
            by->jumps += !joins;
            if (one->op == TAKE) units(by, one);
            if (one->op != LITERAL && one->op != SEEK) continue;
            to->size = one->size;
            to->literal = made->literals + one->from;
            to->mask = one->size < 8 ? ((uint64_t)1 << (8 * one->size)) - 1 : one->size == 8 ? UINT64_MAX : 0;
            to->number = load64(to->literal, one->size < 8 ? one->size : 8);
            /* The common case: a short value, ended by a byte, a short literal behind it. */
            to->quick = to->op == TAKE && to->flags & STOPS && !to->quote && to->mask ? SHORT : 0;
            if (to->quick && !to->role && to->stop == '"' && !(to->flags & BARE)) to->quick = LONG;
            memset(to->stops, to->stop, sizeof to->stops);
        }
    }
    for (int byte = 0; byte < 256; byte++) made->classes[byte] = class_of((unsigned char)byte);
}

static int check_program(const scan *made, size_t literal_size, size_t step_count) {
    for (int number = 0; number < made->plan_count; number++) {
        const plan *by = &made->plans[number];
        if ((uint64_t)by->first + by->count > step_count || (uint64_t)by->start_from + by->start_size > literal_size) return FAILED;
        if (by->shape != ROW && by->count > 64) return FAILED;
        for (uint32_t each = 0; each < by->count; each++) {
            const step *one = &made->steps[by->first + each];
            if (one->role >= ROLES || (uint64_t)one->from + one->size > literal_size ||
                (uint64_t)one->equals_from + one->equals_size > literal_size)
                return FAILED;
            if ((one->op == SEEK || one->op == LITERAL) && !one->size) return FAILED;
            if (by->shape != ROW) units(&made->plans[number], one);
            if (one->op == LITERAL && memchr(made->literals + one->from, '\n', one->size)) return FAILED;
            if (one->op == LITERAL && memchr(made->literals + one->from, '\r', one->size)) return FAILED;
            if (by->shape != ROW && one->size < 256) made->by_size[number][one->size] |= (uint64_t)1 << each;
        }
    }
    return 0;
}

/* A program: u32 plans, steps, literal bytes; then those. */
scan *scan_new(const char *program, size_t size, const zone *zones, size_t zone_count, int64_t since, int64_t until,
               judge ask, void *context) {
    uint32_t counts_of[3];
    if (size < sizeof counts_of) return NULL;
    memcpy(counts_of, program, sizeof counts_of);
    if (counts_of[0] > MOST_PLANS ||
        size != sizeof counts_of + counts_of[0] * sizeof(plan) + (size_t)counts_of[1] * sizeof(step) + counts_of[2])
        return NULL;
    scan *made = calloc(1, sizeof *made);
    if (!made) return NULL;
    made->plan_count = (int)counts_of[0];
    made->since = since;
    made->until = until;
    made->ask = ask;
    made->context = context;
    made->upstreams_below = made->wait_below = UINT64_MAX;
    made->plans = malloc(counts_of[0] * sizeof(plan) + 1);
    made->steps = malloc(counts_of[1] * sizeof(step) + 1);
    made->jumps = malloc(counts_of[1] * sizeof(jump) + 1);
    made->literals = malloc((size_t)counts_of[2] + 1);
    made->by_size = calloc(counts_of[0] + 1, sizeof *made->by_size);
    made->zones = malloc(zone_count * sizeof(zone) + 1);
    made->scratch = malloc(LONGEST + 1);
    made->route_cache = calloc(CACHED_ROUTES, sizeof *made->route_cache);
    made->judged = calloc(JUDGED_SLOTS, sizeof *made->judged);
    made->sample_mask = MOST_SAMPLES * 2 - 1;
    made->samples = calloc(made->sample_mask + 1, sizeof(sample));
    table *tables[] = {&made->cells, &made->by_upstream, &made->by_route, &made->upstream_times, &made->route_times};
    int failed = !made->plans || !made->steps || !made->jumps || !made->scratch || !made->literals || !made->by_size || !made->zones || !made->route_cache ||
                 !made->judged || !made->samples || table_make(&made->hot, HOT_SLOTS) || names_make(&made->upstreams, 1024) ||
                 names_make(&made->routes, 1024) || names_make(&made->collapsed, 64) || clients_make(&made->seen, 0) ||
                 clients_make(&made->hit, 1);
    for (size_t each = 0; each < sizeof tables / sizeof *tables; each++) failed = failed || table_make(tables[each], 1024);
    if (!failed) {
        const char *at = program + sizeof counts_of;
        memcpy(made->plans, at, counts_of[0] * sizeof(plan));
        at += counts_of[0] * sizeof(plan);
        memcpy(made->steps, at, counts_of[1] * sizeof(step));
        at += counts_of[1] * sizeof(step);
        memcpy(made->literals, at, counts_of[2]);
        if (zone_count) memcpy(made->zones, zones, zone_count * sizeof(zone));
        made->zone_count = zone_count;
        failed = check_program(made, counts_of[2], counts_of[1]);
        if (!failed) make_jumps(made);
    }
    if (failed) {
        scan_free(made);
        return NULL;
    }
    return made;
}

void scan_free(scan *gone) {
    if (!gone) return;
    if (gone->samples)
        for (size_t each = 0; each <= gone->sample_mask; each++) free(gone->samples[each].line);
    void *all[] = {gone->plans, gone->scratch, gone->jumps, gone->steps,           gone->literals,             gone->by_size,           gone->zones, gone->route_cache,
                   gone->judged,         gone->samples,         gone->hot.slots,            gone->cells.slots,                   gone->by_upstream.slots, gone->by_route.slots, gone->upstream_times.slots, gone->route_times.slots, gone->seen.hashes, gone->seen.minutes,
                   gone->hit.hashes, gone->hit.minutes,     gone->waits,           gone->files};
    for (size_t each = 0; each < sizeof all / sizeof *all; each++) free(all[each]);
    names_free(&gone->upstreams);
    names_free(&gone->routes);
    names_free(&gone->collapsed);
    free(gone);
}
