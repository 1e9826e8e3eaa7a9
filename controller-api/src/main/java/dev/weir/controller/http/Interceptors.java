package dev.weir.controller.http;

import dev.weir.controller.settings.DataDirectory;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** What is asked of a request to the API before any resource sees it. */
@Configuration(proxyBeanMethods = false)
class Interceptors implements WebMvcConfigurer {
    private static final String API = "/api/**";

    private final DataDirectory directory;

    Interceptors(DataDirectory directory) {
        this.directory = directory;
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(new KnownParameters()).addPathPatterns(API);
        registry.addInterceptor(new ChangesNeedSpace(directory.space())).addPathPatterns(API);
    }
}
