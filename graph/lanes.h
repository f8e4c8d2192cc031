/*
 * lanes.h - vectors of cells, in what each instruction set calls them.
 *
 * Wants CELL, CELL_BITS, VECTOR_BYTES and BODY(name).  Gives VEC, LANES, TARGET, and
 *   MASK, LESS, EQUAL   the outcome of a comparison, lane by lane
 *   PICK(mask, a, b)    a where it holds, else b
 *   BITS(mask)          the outcome as bits, lane 0 the lowest
 *   MIN, MAX, LEAST     by lane, by lane, and over all lanes
 *   load, store         from and to memory, aligned to a whole vector
 * and where cells have less than 64 bits
 *   NARROW(from, base)  LANES int32 less base, cut off where 16 bits are too few
 *   WIDE_LEAST(from, n) the least of n int32, n being a multiple of LANES
 */
#define VEC BODY(Vec)
#define LANES BODY(LANES)

typedef CELL VEC __attribute__((vector_size(VECTOR_BYTES)));

enum { LANES = VECTOR_BYTES / (CELL_BITS / 8) };

#if VECTOR_BYTES == 64
#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq")))
#define M(v) ((__m512i)(v))
#define BITS(mask) ((uint64_t)(mask))
#if CELL_BITS == 16
#define MASK __mmask32
#define LESS(a, b) _mm512_cmplt_epi16_mask(M(a), M(b))
#define EQUAL(a, b) _mm512_cmpeq_epi16_mask(M(a), M(b))
#define PICK(mask, a, b) ((VEC)_mm512_mask_blend_epi16(mask, M(b), M(a)))
#define MIN(a, b) ((VEC)_mm512_min_epi16(M(a), M(b)))
#define MAX(a, b) ((VEC)_mm512_max_epi16(M(a), M(b)))
#elif CELL_BITS == 64
#define MASK __mmask8
#define LESS(a, b) _mm512_cmplt_epi64_mask(M(a), M(b))
#define EQUAL(a, b) _mm512_cmpeq_epi64_mask(M(a), M(b))
#define PICK(mask, a, b) ((VEC)_mm512_mask_blend_epi64(mask, M(b), M(a)))
#define MIN(a, b) ((VEC)_mm512_min_epi64(M(a), M(b)))
#define MAX(a, b) ((VEC)_mm512_max_epi64(M(a), M(b)))
#else
#define MASK __mmask16
#define LESS(a, b) _mm512_cmplt_epi32_mask(M(a), M(b))
#define EQUAL(a, b) _mm512_cmpeq_epi32_mask(M(a), M(b))
#define PICK(mask, a, b) ((VEC)_mm512_mask_blend_epi32(mask, M(b), M(a)))
#define MIN(a, b) ((VEC)_mm512_min_epi32(M(a), M(b)))
#define MAX(a, b) ((VEC)_mm512_max_epi32(M(a), M(b)))
#endif

#elif VECTOR_BYTES == 32
#define TARGET __attribute__((target("avx2")))
#define M(v) ((__m256i)(v))
#define MASK VEC
#define LESS(a, b) ((VEC)((a) < (b)))
#define EQUAL(a, b) ((VEC)((a) == (b)))
#define PICK(mask, a, b) ((VEC)_mm256_blendv_epi8(M(b), M(a), M(mask)))
#define BITS(mask) BODY(bits)(mask)
#if CELL_BITS == 16
#define MIN(a, b) ((VEC)_mm256_min_epi16(M(a), M(b)))
#define MAX(a, b) ((VEC)_mm256_max_epi16(M(a), M(b)))
#elif CELL_BITS == 64
#define MIN(a, b) PICK(LESS(a, b), a, b)
#define MAX(a, b) PICK(LESS(a, b), b, a)
#else
#define MIN(a, b) ((VEC)_mm256_min_epi32(M(a), M(b)))
#define MAX(a, b) ((VEC)_mm256_max_epi32(M(a), M(b)))
#endif

TARGET static inline uint64_t BODY(bits)(MASK mask)
{
#if CELL_BITS == 16
    return (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(
        _mm256_castsi256_si128(M(mask)), _mm256_extracti128_si256(M(mask), 1)));
#elif CELL_BITS == 64
    return (uint32_t)_mm256_movemask_pd((__m256d)mask);
#else
    return (uint32_t)_mm256_movemask_ps((__m256)mask);
#endif
}

#else
#define TARGET
#define MASK VEC
#define LESS(a, b) ((VEC)((a) < (b)))
#define EQUAL(a, b) ((VEC)((a) == (b)))
#define PICK(mask, a, b) (((a) & (mask)) | ((b) & ~(mask)))
#define BITS(mask) BODY(bits)(mask)
#define MIN(a, b) PICK(LESS(a, b), a, b)
#define MAX(a, b) PICK(LESS(a, b), b, a)

static inline uint64_t BODY(bits)(MASK mask)
{
    uint64_t bits = 0;

    for (int lane = 0; lane < LANES; lane++)
        bits |= (uint64_t)(mask[lane] & 1) << lane;
    return bits;
}
#endif

/* Over all lanes.  Narrow ones are halved until 16 bytes are left, of which one
 * instruction finds the least. */
TARGET static inline CELL BODY(least_lane)(VEC v)
{
#if VECTOR_BYTES >= 32 && CELL_BITS == 16
    __m128i low;

#if VECTOR_BYTES == 64
    __m256i half = _mm256_min_epi16(_mm512_castsi512_si256(M(v)),
                                    _mm512_extracti64x4_epi64(M(v), 1));
#else
    __m256i half = M(v);
#endif
    low =
        _mm_min_epi16(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
    /* The one instruction for this is for unsigned numbers. */
    low = _mm_minpos_epu16(_mm_xor_si128(low, _mm_set1_epi16(INT16_MIN)));
    return (CELL)(_mm_extract_epi16(low, 0) ^ 0x8000);
#else
    CELL lowest = v[0];

    for (int lane = 1; lane < LANES; lane++)
        lowest = v[lane] < lowest ? v[lane] : lowest;
    return lowest;
#endif
}

TARGET static inline VEC BODY(load)(const CELL *from)
{
    return *(const VEC *)(const void *)from;
}

TARGET static inline void BODY(store)(CELL *to, VEC v)
{
    *(VEC *)(void *)to = v;
}

#if CELL_BITS < 64
TARGET static inline int32_t BODY(wide_least)(const int32_t *from, int count)
{
    typedef int32_t Wide __attribute__((vector_size(16)));
    Wide lowest = *(const Wide *)(const void *)from;
    int32_t least_of_all = INT32_MAX;

    for (int k = 4; k < count; k += 4) {
        Wide x = *(const Wide *)(const void *)(from + k);
        Wide less = x < lowest;

        lowest = (x & less) | (lowest & ~less);
    }
    for (int lane = 0; lane < 4; lane++)
        least_of_all = lowest[lane] < least_of_all ? lowest[lane] : least_of_all;
    return least_of_all;
}

TARGET static inline VEC BODY(narrow)(const int32_t *from, int32_t base)
{
#if VECTOR_BYTES == 64 && CELL_BITS == 16
    __m512i less = _mm512_set1_epi32(base);
    __m512i a = _mm512_sub_epi32(_mm512_loadu_si512(from), less);
    __m512i b = _mm512_sub_epi32(_mm512_loadu_si512(from + 16), less);

    return (VEC)_mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtsepi32_epi16(a)),
                                   _mm512_cvtsepi32_epi16(b), 1);
#elif VECTOR_BYTES == 32 && CELL_BITS == 16
    __m256i less = _mm256_set1_epi32(base);
    __m256i a = _mm256_sub_epi32(_mm256_loadu_si256((const void *)from), less);
    __m256i b = _mm256_sub_epi32(_mm256_loadu_si256((const void *)(from + 8)), less);

    return (VEC)_mm256_permute4x64_epi64(_mm256_packs_epi32(a, b), 0xd8);
#elif CELL_BITS == 16
    VEC cells = { 0 };

    for (int lane = 0; lane < LANES; lane++)
        cells[lane] =
            (CELL)(from[lane] - base < INT16_MAX ? from[lane] - base : INT16_MAX);
    return cells;
#else
    return *(const VEC *)(const void *)from - base;
#endif
}
#endif

#define LEAST(v) BODY(least_lane)(v)
#define WIDE_LEAST(from, count) BODY(wide_least)(from, count)
#define NARROW(from, base) BODY(narrow)(from, base)
#define load BODY(load)
#define store BODY(store)
