/*
 * libvirt_words.c - see libvirt_words.h.
 *
 * XML lets names have line ends, and controls of the second kind, which terminals obey.
 */
#include "libvirt_words.h"

#include <glib.h>

#define UNPRINTABLE 0xfffd

char *libvirt_words(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *out = g_string_new(NULL);

    for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar one = g_utf8_get_char(at);

        if (g_unichar_isspace(one))
            one = ' ';
        g_string_append_unichar(out, g_unichar_iscntrl(one) ? UNPRINTABLE : one);
    }
    return g_string_free(out, FALSE);
}
