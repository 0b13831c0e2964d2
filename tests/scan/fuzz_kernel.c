/* Feeds damaged lines to the kernel in blocks that end where their memory ends, so that the address sanitizer sees a
 * read of one byte too many. Arguments: FILE ROUNDS SEED. FILE: for each format u32 size, program, u32 lines, then each
 * line as u32 size, bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

static uint64_t state;

static uint32_t chance(uint32_t below) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state * 0x2545F4914F6CDD1DULL) >> 33) % below;
}

static int judged(void *context, const signs *given) {
    (void)context;
    uint64_t sum = (uint64_t)given->status;
    for (int each = 0; each < 4; each++) /* read all that is handed over */
        for (size_t at = 0; at < given->words[each].size; at++) sum += (unsigned char)given->words[each].at[at];
    for (size_t at = 0; at < given->upstream_status.size; at++) sum += (unsigned char)given->upstream_status.at[at];
    return given->status >= 500 ? (int)(3 | (1 + sum % 19) << 8) : 0;
}

static char *take(FILE *from, uint32_t *size) {
    if (fread(size, 4, 1, from) != 1) return NULL;
    char *made = malloc(*size + 1);
    if (!made || fread(made, 1, *size, from) != *size) exit(2);
    return made;
}

static size_t damaged(const char *line, size_t size, char *into) {
    static const char odd[] = " \"\\-,:/[]{}\t0159aZ\0\xff%=\r\n+.*";
    memcpy(into, line, size);
    for (uint32_t left = chance(5); left; left--) {
        size_t at = chance((uint32_t)size + 1);
        switch (chance(4)) {
        case 0:
            size = at;
            break;
        case 1:
            if (at < size) into[at] = odd[chance(sizeof odd - 1)];
            break;
        case 2:
            memmove(into + at + 1, into + at, size - at);
            into[at] = odd[chance(sizeof odd - 1)];
            size++;
            break;
        default:
            if (size && size < 60000) {
                size_t twice = size - at;
                memmove(into + size, into + at, twice);
                size += twice;
            }
        }
    }
    return size;
}

int main(int count, char **given) {
    if (count != 4) return 2;
    FILE *from = fopen(given[1], "rb");
    int rounds = atoi(given[2]);
    state = strtoull(given[3], NULL, 10) * 2654435761u + 88172645463325252ULL;
    char *mixed = malloc(1 << 20), *program;
    uint32_t size;
    zone zones[] = {{-(1LL << 60), 3600}, {1700000000, 7200}};
    while ((program = take(from, &size))) {
        uint32_t lines, sizes[256];
        char *all[256];
        if (fread(&lines, 4, 1, from) != 1 || lines > 256) return 2;
        for (uint32_t each = 0; each < lines; each++) all[each] = take(from, &sizes[each]);
        scan *made[2];
        for (int each = 0; each < 2; each++)
            if (!(made[each] = scan_new(program, size, zones, 2, 0, 1LL << 60, judged, NULL))) return 3;
        for (int round = 0; round < rounds; round++) {
            size_t used = 0, consumed;
            for (uint32_t left = 1 + chance(4); left; left--) {
                uint32_t which = chance(lines);
                used += damaged(all[which], sizes[which], mixed + used);
                if (chance(8)) mixed[used++] = '\n';
            }
            char *block = malloc(used ? used : 1);
            memcpy(block, mixed, used);
            if (scan_block(made[round & 1], block, used, chance(3), chance(1 << 20), (int)chance(2), &consumed) < 0) return 4;
            if (consumed > used) return 5;
            free(block);
        }
        scan_collapse(made[0], "GET ", 4);
        if (scan_rename(made[0]) || scan_limit_upstreams(made[1], UINT64_MAX >> 1) || scan_lower(made[1], 2)) return 6;
        if (scan_merge(made[0], made[1]) || scan_bound_cells(made[0]) || scan_fold(made[0])) return 7;
        scan_free(made[0]);
        scan_free(made[1]);
        for (uint32_t each = 0; each < lines; each++) free(all[each]);
        free(program);
    }
    fclose(from);
    free(mixed);
    puts("whole");
    return 0;
}
