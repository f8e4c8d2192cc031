/* json.c - see json.h; RFC 8259, with a blank after each comma and colon. */
#include "engine/json.h"

static void append_quoted(GString *out, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);

    g_string_append_c(out, '"');
    for (const char *c = valid; *c; c++) {
        if (*c == '"' || *c == '\\')
            g_string_append_printf(out, "\\%c", *c);
        else if ((unsigned char)*c < 0x20 || *c == 0x7f)
            g_string_append_printf(out, "\\u%04x", (unsigned)*c);
        else
            g_string_append_c(out, *c);
    }
    g_string_append_c(out, '"');
}

static void lead_in(Json *json, const char *key)
{
    if (json->comma)
        g_string_append(json->out, ", ");
    json->comma = true;
    if (!key)
        return;
    append_quoted(json->out, key);
    g_string_append(json->out, ": ");
}

static void begin(Json *json, const char *key, char bracket)
{
    lead_in(json, key);
    g_string_append_c(json->out, bracket);
    json->comma = false;
}

static void end(Json *json, char bracket)
{
    g_string_append_c(json->out, bracket);
    json->comma = true;
}

void json_begin_object(Json *json, const char *key)
{
    begin(json, key, '{');
}

void json_end_object(Json *json)
{
    end(json, '}');
}

void json_begin_array(Json *json, const char *key)
{
    begin(json, key, '[');
}

void json_end_array(Json *json)
{
    end(json, ']');
}

void json_string(Json *json, const char *key, const char *text)
{
    lead_in(json, key);
    append_quoted(json->out, text);
}

void json_int(Json *json, const char *key, int64_t value)
{
    lead_in(json, key);
    g_string_append_printf(json->out, "%" G_GINT64_FORMAT, value);
}

void json_bool(Json *json, const char *key, bool value)
{
    lead_in(json, key);
    g_string_append(json->out, value ? "true" : "false");
}

void json_null(Json *json, const char *key)
{
    lead_in(json, key);
    g_string_append(json->out, "null");
}

void json_decimal(Json *json, const char *key, int64_t value, int places)
{
    lead_in(json, key);
    decimal_format(value, places, json->out);
}

void decimal_format(int64_t value, int places, GString *out)
{
    uint64_t size = value < 0 ? -(uint64_t)value : (uint64_t)value;
    uint64_t one = 1;

    g_assert(places >= 0 && places < 19);
    for (int i = 0; i < places; i++)
        one *= 10;
    g_string_append_printf(out, "%s%" G_GUINT64_FORMAT, value < 0 ? "-" : "",
                           size / one);
    if (places > 0)
        g_string_append_printf(out, ".%0*" G_GUINT64_FORMAT, places, size % one);
}
