package dev.weir.controller.openapi;

import dev.weir.controller.json.ByteSize;
import dev.weir.controller.problem.ProblemBody;
import dev.weir.controller.problem.ProblemWriter;
import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.info.License;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import java.util.LinkedHashSet;
import java.util.List;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What the description of the API says beyond the controllers themselves. */
@Configuration(proxyBeanMethods = false)
class OpenApiConfiguration {
    private static final String TOKEN = "token";

    static {
        SpringDocUtils.getConfig().replaceWithSchema(ByteSize.class, byteSize());
    }

    private static Schema<Object> byteSize() {
        var schema = new Schema<Object>();
        schema.setDescription(
                "A whole number of bytes, or a string of one with a binary unit: KiB, MiB, GiB, TiB or PiB. Decimal units are refused.");
        schema.setTypes(new LinkedHashSet<>(List.of("integer", "string")));
        schema.setPattern("^-?[0-9]{1,30}( ?([KMGTP]i)?B)?$");
        schema.setExample("10GiB");
        return schema;
    }

    @Bean
    OpenAPI weirApi() {
        return new OpenAPI()
                .info(
                        new Info()
                                .title("Weir")
                                .version("v1")
                                .description("Pools, thin volumes and their exports.")
                                .license(
                                        new License()
                                                .name("Apache-2.0")
                                                .url(
                                                        "https://www.apache.org/licenses/LICENSE-2.0")))
                .components(
                        new Components()
                                .addSecuritySchemes(
                                        TOKEN,
                                        new SecurityScheme()
                                                .type(SecurityScheme.Type.HTTP)
                                                .scheme("bearer")))
                .security(List.of(new SecurityRequirement().addList(TOKEN)));
    }

    /** Every operation can end in a problem. */
    @Bean
    OpenApiCustomizer problemResponses() {
        return api -> {
            ModelConverters.getInstance(true)
                    .read(ProblemBody.class)
                    .forEach(api.getComponents()::addSchemas);
            api.getPaths()
                    .values()
                    .forEach(path -> path.readOperations().forEach(OpenApiConfiguration::problem));
        };
    }

    private static void problem(Operation operation) {
        operation
                .getResponses()
                .addApiResponse(
                        "default",
                        new ApiResponse()
                                .description("A problem")
                                .content(
                                        new Content()
                                                .addMediaType(
                                                        ProblemWriter.MEDIA_TYPE,
                                                        new MediaType()
                                                                .schema(
                                                                        new Schema<Object>()
                                                                                .$ref(
                                                                                        "#/components/schemas/Problem")))));
    }
}
