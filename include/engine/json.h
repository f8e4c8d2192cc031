/*
 * json.h - writes JSON, one value after the other.
 *
 * Commas and quotes are looked after, nesting is the caller's.  Numbers are whole, or
 * whole numbers with a point put in, so that the same values are the same bytes
 * everywhere.
 */
#ifndef ENGINE_JSON_H
#define ENGINE_JSON_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
    GString *out; /* borrowed; appended to */
    bool comma;   /* something stands before the next value */
} Json;

/* @key is NULL in arrays and for the value that is not inside another. */
void json_begin_object(Json *json, const char *key);
void json_end_object(Json *json);
void json_begin_array(Json *json, const char *key);
void json_end_array(Json *json);

/* Text that is not UTF-8 is mended: JSON has no words for it. */
void json_string(Json *json, const char *key, const char *text);
void json_int(Json *json, const char *key, int64_t value);
void json_bool(Json *json, const char *key, bool value);
void json_null(Json *json, const char *key);

/* @value / 10^@places. */
void json_decimal(Json *json, const char *key, int64_t value, int places);

/* The same number without the JSON around it. */
void decimal_format(int64_t value, int places, GString *out);

#endif
