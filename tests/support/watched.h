/* watched.h - WATCHED is 1 where a sanitizer watches, which takes time and memory. */
#ifndef TESTS_WATCHED_H
#define TESTS_WATCHED_H

#ifdef __has_feature
#define WATCHED_BY(sanitizer) __has_feature(sanitizer)
#else
#define WATCHED_BY(sanitizer) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) ||                   \
    WATCHED_BY(address_sanitizer) || WATCHED_BY(thread_sanitizer)
#define WATCHED 1
#else
#define WATCHED 0
#endif

#endif
