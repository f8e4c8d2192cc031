/*
 * xml.c - libxml2's stream of elements, and nothing else of it.
 *
 * No tree is built and no handler for declarations is installed: there are no entities
 * but the five of XML itself, so that none can grow.  libxml2 bounds depth and the length
 * of names; the document as a whole is bounded here.
 */
#include "xml.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <string.h>

#include "host/host.h"

/* libxml2 hands attributes over as five pointers each. */
enum {
    ATTRIBUTE_NAME,
    ATTRIBUTE_PREFIX,
    ATTRIBUTE_URI,
    ATTRIBUTE_BEGIN,
    ATTRIBUTE_END
};
enum { ATTRIBUTE_PARTS = ATTRIBUTE_END + 1 };

struct Xml {
    xmlParserCtxtPtr parser;
    const char *name;
    const XmlRule *rules;
    void *data;
    GString *path;       /* of the element that is open */
    GArray *ends;        /* of gsize: where the paths of those around it end */
    const XmlRule *rule; /* that wants the text now; or NULL */
    GString *text;
    const xmlChar **attributes; /* of the element that begins */
    int n_attributes;
    GError *why;
};

/* ── for the rules ────────────────────────────────────────────────────────── */

char *xml_attribute(const Xml *xml, const char *name)
{
    for (int i = 0; i < xml->n_attributes; i++) {
        const char **parts = (const char **)&xml->attributes[i * ATTRIBUTE_PARTS];

        if (!parts[ATTRIBUTE_PREFIX] && strcmp(parts[ATTRIBUTE_NAME], name) == 0)
            return g_strndup(parts[ATTRIBUTE_BEGIN],
                             (gsize)(parts[ATTRIBUTE_END] - parts[ATTRIBUTE_BEGIN]));
    }
    return NULL;
}

int xml_number(const Xml *xml, const char *name, int max)
{
    g_autofree char *text = xml_attribute(xml, name);
    guint64 number;

    if (!text || !g_ascii_string_to_unsigned(text, 10, 0, (guint64)max, &number, NULL))
        return -1;
    return (int)number;
}

static void complain(Xml *xml, const char *what)
{
    if (!xml->why)
        g_set_error(&xml->why, HOST_ERROR, HOST_ERROR_TEXT, "%s:%d: %s", xml->name,
                    MAX(xmlSAX2GetLineNumber(xml->parser), 1), what);
}

void xml_refuse(Xml *xml, const char *format, ...)
{
    g_autofree char *what = NULL;
    va_list arguments;

    va_start(arguments, format);
    what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    complain(xml, what);
    xmlStopParser(xml->parser);
}

/* ── for libxml2 ──────────────────────────────────────────────────────────── */

static const XmlRule *rule_of(const Xml *xml)
{
    for (const XmlRule *rule = xml->rules; rule->path; rule++) {
        if (strcmp(rule->path, xml->path->str) == 0)
            return rule;
    }
    return NULL;
}

/* Do the rules speak of elements inside this one? */
static bool leads_somewhere(const Xml *xml)
{
    for (const XmlRule *rule = xml->rules; rule->path; rule++) {
        if (g_str_has_prefix(rule->path, xml->path->str) &&
            rule->path[xml->path->len] == '/')
            return true;
    }
    return false;
}

static void enter(Xml *xml, const char *name, const char *prefix, const char *uri)
{
    g_array_append_val(xml->ends, xml->path->len);
    g_string_append_c(xml->path, '/');
    if (uri)
        g_string_append_printf(xml->path, "{%s}", uri);
    else if (prefix)
        g_string_append_printf(xml->path, "%s:", prefix);
    g_string_append(xml->path, name);
}

static void on_begin(void *data, const xmlChar *name, const xmlChar *prefix,
                     const xmlChar *uri, int n_namespaces, const xmlChar **namespaces,
                     int n_attributes, int n_defaulted, const xmlChar **attributes)
{
    Xml *xml = data;

    (void)n_namespaces, (void)namespaces, (void)n_defaulted;
    if (xml->why)
        return;
    enter(xml, (const char *)name, (const char *)prefix, (const char *)uri);
    if (xml->ends->len == 1 && !leads_somewhere(xml))
        xml_refuse(xml, "it begins with <%s>, which is another kind of document", name);
    g_string_truncate(xml->text, 0);
    xml->rule = rule_of(xml);
    xml->attributes = attributes;
    xml->n_attributes = n_attributes;
    if (xml->rule && xml->rule->begin)
        xml->rule->begin(xml, xml->data);
    xml->n_attributes = 0;
}

static void on_text(void *data, const xmlChar *text, int length)
{
    Xml *xml = data;

    if (!xml->why && xml->rule && xml->rule->end)
        g_string_append_len(xml->text, (const char *)text, length);
}

static void on_end(void *data, const xmlChar *name, const xmlChar *prefix,
                   const xmlChar *uri)
{
    Xml *xml = data;
    const XmlRule *rule;

    (void)name, (void)prefix, (void)uri;
    if (xml->why || xml->ends->len == 0)
        return;
    rule = xml->rule ? xml->rule : rule_of(xml);
    if (rule && rule->end)
        rule->end(xml, g_strstrip(xml->text->str), xml->data);
    xml->rule = NULL;
    g_string_truncate(xml->text, 0);
    g_string_truncate(xml->path, g_array_index(xml->ends, gsize, xml->ends->len - 1));
    g_array_set_size(xml->ends, xml->ends->len - 1);
}

static void on_declarations(void *data, const xmlChar *name, const xmlChar *public,
                            const xmlChar *system)
{
    (void)name, (void)public, (void)system;
    xml_refuse(data, "it declares a document type, which libvirt never does");
}

static void on_error(void *data, xmlErrorPtr error)
{
    g_autofree char *what = NULL;

    if (error->level != XML_ERR_FATAL)
        return;
    what = g_strdelimit(g_strstrip(g_strdup(error->message)), "\n", ' ');
    complain(data, what);
}

static const xmlSAXHandler handlers = {
    .initialized = XML_SAX2_MAGIC,
    .internalSubset = on_declarations,
    .startElementNs = on_begin,
    .endElementNs = on_end,
    .characters = on_text,
    .cdataBlock = on_text,
    .serror = (xmlStructuredErrorFunc)on_error,
};

/* ── from outside ─────────────────────────────────────────────────────────── */

static void parse(Xml *xml, const char *text, size_t size)
{
    xml->parser = xmlCreateMemoryParserCtxt(text, (int)size);
    if (!xml->parser)
        g_error("no memory for an XML parser");
    *xml->parser->sax = handlers;
    xml->parser->userData = xml;
    xmlCtxtUseOptions(xml->parser, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
    xmlParseDocument(xml->parser);
    if (!xml->parser->wellFormed)
        complain(xml, "it is not XML");
    xmlFreeParserCtxt(xml->parser);
}

bool xml_read(const char *text, size_t size_max, const char *name, const XmlRule *rules,
              void *data, GError **error)
{
    size_t size = strnlen(text, size_max + 1);
    Xml xml = { .name = name, .rules = rules, .data = data };

    if (size == 0 || size > size_max) {
        g_set_error(error, HOST_ERROR, HOST_ERROR_TEXT, "%s:1: it is %s", name,
                    size == 0 ? "empty" : "longer than any should be");
        return false;
    }
    xml.path = g_string_new(NULL);
    xml.text = g_string_new(NULL);
    xml.ends = g_array_new(FALSE, FALSE, sizeof(gsize));
    parse(&xml, text, size);
    g_string_free(xml.path, TRUE);
    g_string_free(xml.text, TRUE);
    g_array_unref(xml.ends);
    if (xml.why)
        g_propagate_error(error, xml.why);
    return !xml.why;
}
